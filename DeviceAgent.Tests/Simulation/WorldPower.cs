using DeviceAgent.Devices;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The supply's power-fail contact: told while what the capacitors hold is left.</summary>
internal sealed class WorldPower(World world)
{
    /// <summary>Between the contact and the agent's having heard of it lie an opening of the lines, at a start, and a turn of the loop.</summary>
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(50);

    private TimeSpan _failsSince;

    public bool Fails { get; private set; }

    /// <summary>For so long that the agent knows.</summary>
    public bool FailsKnown => Fails && world.Now - _failsSince > Blink && world.Now - world.Kiosk.BootedAt > Blink;

    public void Set(bool fails)
    {
        if (Fails == fails) return;
        world.Note(fails ? "the power fails" : "the power is back");
        (Fails, _failsSince) = (fails, world.Now);
        world.Kiosk.Run?.Inputs.Tell();
    }
}

/// <summary>The kiosk's inputs as one life of the agent sees them.</summary>
internal sealed class WorldInputs(AgentRun run) : IKioskInputs
{
    private bool _fails;

    public event Action<KioskInput, bool>? Changed;

    public bool IsConfigured(KioskInput input) => input == KioskInput.PowerFail;

    public bool IsActive(KioskInput input) => input == KioskInput.PowerFail && _fails;

    /// <summary>The edge reaches the agent's loop; the levels do when the lines are opened.</summary>
    public void Tell() => run.Loop.Start(() =>
    {
        if (_fails == run.World.Power.Fails) return Task.CompletedTask;
        _fails = run.World.Power.Fails;
        Changed?.Invoke(KioskInput.PowerFail, _fails);
        return Task.CompletedTask;
    });
}
