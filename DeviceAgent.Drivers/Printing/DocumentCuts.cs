using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Printing;

/// <summary>Replaces a document's cuts by what the printer at hand has for them. Pure.</summary>
/// <remarks>Documents cut by GS V (Epson ESC/POS reference); what follows a command that <see cref="EscPosBoundaries"/> does not know is left as it is.</remarks>
internal static class DocumentCuts
{
    /// <returns>The document itself where nothing is to be replaced.</returns>
    public static ReadOnlyMemory<byte> Translate(ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> blackMark, ReadOnlyMemory<byte> cut)
    {
        if (blackMark.IsEmpty && cut.IsEmpty) return document;
        var bytes = document.Span;
        var translated = new List<byte>(bytes.Length + 32);
        for (int position = 0, length; position < bytes.Length; position += length)
        {
            var command = bytes[position..];
            length = EscPosBoundaries.Length(command);
            var isCut = command is [0x1D, 0x56, ..];
            if (isCut) translated.AddRange(blackMark.Span);
            translated.AddRange(isCut && !cut.IsEmpty ? cut.Span : command[..length]);
        }
        return bytes.SequenceEqual(CollectionsMarshal.AsSpan(translated)) ? document : translated.ToArray();
    }
}
