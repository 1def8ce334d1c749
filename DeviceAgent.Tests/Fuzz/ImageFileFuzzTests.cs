using DeviceAgent.Drivers.Printing;
using static DeviceAgent.Tests.Printing.TestPictures;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>Pictures out of broken files: refused by name, never anything else.</summary>
public sealed class ImageFileFuzzTests
{
    private static readonly byte[][] Corpus =
    [
        Png(9, 4, 1, 0, new byte[12]), Png(5, 3, 8, 0, new byte[18]), Png(3, 2, 16, 2, new byte[38]), Png(8, 2, 4, 3, new byte[10], palette: new byte[48], transparency: [1, 2]),
        Png(4, 2, 8, 6, new byte[34]), "P1 # a comment\n7 3\n101010101010101010101"u8.ToArray(), [.. "P4\n13 3\n"u8, 1, 2, 3, 4, 5, 6],
        Chunk("IHDR", Header(5, 3, 8, 0)), Chunk("IDAT", Deflate(new byte[18])), Chunk("IEND", []),
    ];

    private static void Feed(ReadOnlyMemory<byte> file)
    {
        try
        {
            var image = ImageFile.Read(file.Span);
            Assert.InRange(image.Width, 1, GreyImage.MaxSide);
            Assert.InRange((long)image.Width * image.Height, 1, GreyImage.MaxPixels);
        }
        catch (InvalidDataException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    [Fact]
    public void No_broken_file_is_ever_more_than_refused() => Fuzzer.Run(51, Corpus, Feed);

    /// <summary>A wrong checksum ends most files at once: here each chunk's is made right again.</summary>
    [Fact]
    public void No_broken_chunk_with_a_right_checksum_is_ever_more_than_refused()
    {
        var random = new Random(52);
        Fuzzer.Run(52, [Header(5, 3, 8, 0), Header(9, 4, 1, 3), new byte[18], Deflate(new byte[18]), [1, 2, 3, 4, 5, 6]], body =>
        {
            var file = new List<byte>(Signature);
            file.AddRange(Chunk("IHDR", random.Next(4) == 0 && body.Length >= 13 ? body[..13].ToArray() : Header(random.Next(1, 12), random.Next(1, 6), 8, (byte)random.Next(7))));
            if (random.Next(3) == 0) file.AddRange(Chunk("PLTE", body.ToArray()));
            if (random.Next(4) == 0) file.AddRange(Chunk("tRNS", body.ToArray()));
            file.AddRange(Chunk("IDAT", random.Next(2) == 0 ? Deflate(body.ToArray()) : body.ToArray()));
            file.AddRange(Chunk("IEND", []));
            Feed(file.ToArray());
        }, count: 100_000);
    }

    [Fact]
    public void After_any_garbage_the_next_good_file_is_read()
    {
        var fuzzer = new Fuzzer(53, Corpus);
        for (var i = 0; i < 10_000; i++)
        {
            Feed(fuzzer.Next());
            Assert.Equal((9, 4), (ImageFile.Read(Corpus[0]).Width, ImageFile.Read(Corpus[0]).Height));
        }
    }
}
