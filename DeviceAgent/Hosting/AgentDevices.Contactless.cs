using DeviceAgent.Devices;

namespace DeviceAgent.Hosting;

internal sealed partial class AgentDevices
{
    /// <summary>The card reader, where one is configured.</summary>
    /// <param name="onCode">Takes a code.</param>
    /// <param name="onNoCode">A card without one was presented.</param>
    public void AddContactless(Action<string> onCode, Action onNoCode)
    {
        var with = options.Contactless;
        IContactlessPort? port = with.Kind switch
        {
            ContactlessKind.Pcsc => new PcscPort(with.Pcsc, time),
            ContactlessKind.Pn532 => new Pn532Port(with.Path, with.Line, with.Pn532, time),
            _ => null,
        };
        if (port is not null) Add(new ContactlessStation(port, with, onCode, onNoCode, Around("card reader")));
    }
}
