using DeviceAgent.Devices;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The lights as the passenger sees them, and whether they tell the truth.</summary>
internal sealed class WorldLights(World world)
{
    private ulong _levels;
    private Guidance _last = Guidance.OutOfService;

    /// <summary>The chip fails from now on.</summary>
    public bool HasFailed { get; set; }

    /// <summary>The status light is green and not red: come here.</summary>
    public bool IsGreen => Lit(LightLine.StatusGreen) && !Lit(LightLine.StatusRed);

    /// <summary>What the passenger is told: nothing while the process is gone.</summary>
    public Guidance Shown => world.Kiosk.IsRunning ? _last : Guidance.OutOfService;

    public GuidanceLights OpenFor(AgentRun run)
    {
        _last = Guidance.OutOfService;
        return new(initial => new Outputs(this, initial), Enum.GetValues<LightLine>(), run.Clock, run.Logger);
    }

    public IPassengerGuidance GuidanceOf(AgentRun run, GuidanceLights lights) => new Watched(world, this, run, lights);

    private bool Lit(LightLine line) => (_levels >> (int)line & 1) != 0;

    private void Set(ulong mask, ulong values)
    {
        if (HasFailed) throw new GpioException(GpioFault.Failed, "world", errno: 5);
        _levels = (_levels & ~mask) | (values & mask);
    }

    private sealed class Outputs : IGpioOutputs
    {
        private readonly WorldLights _lights;

        public Outputs(WorldLights lights, ulong initial)
        {
            _lights = lights;
            lights.Set(ulong.MaxValue, initial);
        }

        public void Set(ulong mask, ulong values) => _lights.Set(mask, values);

        public void Dispose() { }
    }

    /// <summary>Each change is an effect; the blinking of a light is none.</summary>
    private sealed class Watched(World world, WorldLights lights, AgentRun run, GuidanceLights real) : IPassengerGuidance
    {
        public void Show(Guidance guidance)
        {
            if (guidance == lights._last)
            {
                real.Show(guidance);
                return;
            }
            if (guidance == Guidance.Ready && !run.Desk.TakesCodes) world.Violate("nobody is told to present a code that would be discarded", "the scan window is closed");
            var number = world.Begin(run, $"lights: {guidance}");
            lights._last = guidance;
            real.Show(guidance);
            world.End(run, number);
        }
    }
}
