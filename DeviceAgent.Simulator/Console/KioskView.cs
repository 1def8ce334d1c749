using System.Globalization;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Interactive;

/// <summary>Writes what happens at the virtual kiosk, one line per event, as it happens; needs no terminal.</summary>
/// <remarks>Safe for calls from any thread: an event is written whole. Owns neither the output nor the clock.</remarks>
/// <param name="width">Columns that a ticket's drawing may take.</param>
/// <param name="ansi">The output understands ANSI escape sequences.</param>
public sealed class KioskView(TextWriter output, TimeProvider time, int width = 80, bool ansi = false)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _lights = new(StringComparer.Ordinal);

    /// <summary>The lights now, one line; empty before the first change.</summary>
    public string Lights
    {
        get
        {
            lock (_gate) return LightsLine();
        }
    }

    /// <summary>Lights and their patterns (Off, Slow, Medium, Quick, Continuous). One line when any of them is another one than before.</summary>
    public void ShowLights(params IEnumerable<(string Light, string Pattern)> lights)
    {
        ArgumentNullException.ThrowIfNull(lights);
        lock (_gate)
        {
            var changed = false;
            foreach (var (light, pattern) in lights)
            {
                changed |= !_lights.TryGetValue(light, out var before) || before != pattern;
                _lights[light] = pattern;
            }
            if (changed) Write("lights", LightsLine());
        }
    }

    /// <summary>Paper came out.</summary>
    public void ShowTicket(PaperPiece piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        lock (_gate)
        {
            Write("printer", string.Create(CultureInfo.InvariantCulture, $"piece {piece.Number} {(piece.Cut ? "is cut off" : "comes out torn")}"));
            output.Write(piece.Render(width, ansi));
            output.Flush();
        }
    }

    /// <summary>Anything else that a person wants to see as it happens.</summary>
    /// <param name="source">Who says it: agent, gateway, printer, scanner, power.</param>
    public void Show(string source, string text)
    {
        lock (_gate) Write(source, text);
    }

    /// <summary>What was asked for, without an event's head.</summary>
    public void Answer(string text)
    {
        lock (_gate)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    /// <summary>The line that was typed cannot be done.</summary>
    public void Complain(string text) => Answer($"? {text}");

    private void Write(string source, string text)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss.fff} {source,-8} {text}"));
        output.Flush();
    }

    private string LightsLine() => string.Join("  ", _lights.Select(l => $"{Symbol(l.Value)} {l.Key} {l.Value}"));

    private static char Symbol(string pattern) => pattern switch { "Off" => '○', "Continuous" => '●', _ => '◐' };
}
