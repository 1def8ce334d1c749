namespace DeviceAgent.Drivers.Printing;

/// <summary>A short strip that feeds out a half-printed ticket and marks it as worthless.</summary>
public static class VoidStrip
{
    private const string Mark = "作废 VOID";

    /// <summary>Fills the document with the strip: the mark as large as the paper allows, the reference, the paper's end.</summary>
    /// <param name="document">Cleared first; its bytes are the strip.</param>
    /// <param name="reference">What a person can look up, an order number or an attempt; printed, never interpreted.</param>
    public static EscPosDocument Build(EscPosDocument document, ReadOnlySpan<char> reference)
    {
        ArgumentNullException.ThrowIfNull(document);
        var size = Math.Clamp(document.Columns / EscPosText.DisplayWidth(Mark), 1, 4);
        return document.Clear().Initialise()
            .LineFeed()
            .Align(TextAlignment.Centre).Bold(true).Size(size, size).Line(Mark)
            .Bold(false).Size(1, 1).Wrapped(reference)
            .Align(TextAlignment.Left)
            .End();
    }
}
