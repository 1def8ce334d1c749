// Written from the public signatures of Microsoft.Extensions.Hosting.Systemd 10.0 (MIT): only the members in use. Nothing here runs.
namespace Microsoft.Extensions.Hosting.Systemd;

public struct ServiceState
{
    public ServiceState(string state) => throw null;
}

public class SystemdNotifier
{
    public void Notify(ServiceState state) => throw null;
}
