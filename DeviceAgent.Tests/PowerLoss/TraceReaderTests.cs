using System.Text;

namespace DeviceAgent.Tests.PowerLoss;

public sealed class TraceReaderTests
{
    private static IReadOnlyList<TracedCall> Read(params string[] lines) => TraceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));

    [Fact]
    public void The_data_of_a_call_is_never_changed()
    {
        var call = Assert.Single(Read("""12 pwrite64(3<\x2f\x61\x28\x62>, "\x00\x22\xff\x29", 4, 8192) = 4"""));
        Assert.Equal(("pwrite64", "/a(b", 4L, (string?)null), (call.Name, call.Path, call.Result, call.Error));
        Assert.Equal(new byte[] { 0, 0x22, 0xFF, 0x29 }, call.Data);
        Assert.Equal(8192, call.Number(3));
        Assert.False(call.IsOfDeleted);
    }

    [Fact]
    public void A_call_that_another_thread_interrupts_is_never_taken_for_ended()
    {
        var calls = Read(
            """12 fsync(3<\x2f\x61> <unfinished ...>""",
            """13 write(4<\x2f\x62>, "\x41", 1) = 1""",
            """12 <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED)""");
        Assert.Equal(["write", "fsync"], calls.Select(c => c.Name));
        Assert.Equal("EIO", calls[1].Error);
        Assert.True(calls[1].Begun < calls[0].Begun && calls[0].Ended < calls[1].Ended);
    }

    [Fact]
    public void The_parts_of_a_message_are_never_torn_apart()
    {
        var call = Assert.Single(Read("""9 sendmsg(5<\x73\x6f\x63>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="\x41\x42", iov_len=2}, {iov_base="\x43", iov_len=1}], msg_iovlen=2, msg_flags=0}, MSG_NOSIGNAL) = 3"""));
        Assert.Equal("ABC"u8.ToArray(), call.Data);
    }

    [Fact]
    public void A_file_without_a_name_is_never_taken_for_another()
    {
        Assert.True(Assert.Single(Read("""9 ftruncate(3<\x2f\x61>(deleted), 3) = 0""")).IsOfDeleted);
    }

    [Theory]
    [InlineData("""9 write(1<\x61>, "\x41"..., 100) = 100""")]
    [InlineData("nothing that strace writes")]
    [InlineData("9 <... fsync resumed>) = 0")]
    [InlineData("9 write(1")]
    public void What_is_not_understood_is_never_skipped(string line) => Assert.Throws<InvalidDataException>(() => Read(line));

    [Fact]
    public void Ends_of_processes_and_calls_that_never_returned_are_no_calls() =>
        Assert.Empty(Read("9 +++ exited with 0 +++", "9 --- SIGCHLD {si_signo=SIGCHLD} ---", """9 fsync(3<\x61>) = ?""", """9 fsync(3<\x61> <unfinished ...>"""));
}
