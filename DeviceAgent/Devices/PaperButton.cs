using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>The button inside the kiosk: whoever has loaded paper presses it, and needs no terminal.</summary>
/// <remarks>
/// Heard only after the kiosk's door or the printer's cover stood open, or the paper was out, since the last change: a button that was pressed for
/// nothing costs no paper. On the agent's loop.
/// </remarks>
internal sealed class PaperButton : IDisposable
{
    private readonly IKioskInputs _inputs;
    private readonly IPrinterStation _printer;
    private readonly Func<PaperChangeRequest, Task<DecisionOutcome>> _change;
    private readonly ILogger _logger;

    public PaperButton(IKioskInputs inputs, IPrinterStation printer, Func<PaperChangeRequest, Task<DecisionOutcome>> change, ILogger logger)
    {
        (_inputs, _printer, _change, _logger) = (inputs, printer, change, logger);
        WasOpen = inputs.IsActive(KioskInput.Door);
        _inputs.Changed += OnInput;
        _printer.Changed += OnPrinter;
        OnPrinter();
    }

    /// <summary>Somebody may have loaded paper since the last change.</summary>
    public bool WasOpen { get; private set; }

    public void Dispose()
    {
        _inputs.Changed -= OnInput;
        _printer.Changed -= OnPrinter;
    }

    private void OnPrinter() => WasOpen |= _printer.Status is { CoverOpen: true } or { Paper: PaperSupply.Out or PaperSupply.Jammed };

    private void OnInput(KioskInput input, bool active)
    {
        if (!active) return;
        if (input == KioskInput.Door) WasOpen = true;
        if (input == KioskInput.PaperButton) _ = PressAsync();
    }

    private async Task PressAsync()
    {
        if (!WasOpen)
        {
            _logger.PaperButtonPressed("nothing was opened since the last change");
            return;
        }
        var outcome = await _change(new("the paper button"));
        if (outcome.End == DecisionEnd.Decided) WasOpen = _inputs.IsActive(KioskInput.Door);
        _logger.PaperButtonPressed(outcome.Text);
    }
}
