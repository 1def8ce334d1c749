using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

public sealed class JsonShapeFuzzTests
{
    private const int LargestBytes = 1024 * 1024;
    private static readonly string[] Pieces = ["null", "{", "}", "[", "]", "\"", ",", ":", "\\u0000", "\\ud800", "\\udc00\\ud800", "-1", "1e400", "9223372036854775808", "true", "\u00ff", "票", "\"a\":1,", " "];

    private static JsonShape ShapeOf(string name) => name switch
    {
        "passengers" => TopParameters.Passengers,
        "return" => TopParameters.Return,
        "ship" => TopParameters.Ship,
        _ => TopParameters.Train,
    };

    private static string Valid(string name) => name switch
    {
        "passengers" => """[{"agent_ticket_id":"1","full_price":8600,"has_children":false,"rider_name":"张三"},{"rider_name":"李四"}]""",
        "return" => """{"agent_order_id":"A380","agent_return_ticket_status":1,"agent_return_ticket_type":0,"agent_ticket_id":"B737","refund_amount":"10.0","success_time":"2018-07-01 07:07:07"}""",
        "ship" => JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch)["report"]!.ToJsonString(),
        _ => GatewayTrainTests.Encrypted((JsonObject)JobFile.Sample("train-3", DateTimeOffset.UnixEpoch)["report"]!).ToJsonString(),
    };

    [Theory]
    [InlineData("passengers"), InlineData("return"), InlineData("ship"), InlineData("train")]
    public void A_mutated_parameter_never_throws_and_what_passes_is_worked_off(string name)
    {
        var random = new Random(4);
        var valid = Encoding.UTF8.GetBytes(Valid(name));
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        ledger.Add(OrderFile.Sample("bus-2", DateTimeOffset.UnixEpoch));
        ledger.Ships.Add(JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch));
        ledger.Trains.Add(JobFile.Sample("train-3", DateTimeOffset.UnixEpoch));
        var (passed, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            if (ShapeOf(name).TryParse(Mutated(valid, random), out var value) is not null)
            {
                Assert.Null(value);
                refused++;
                continue;
            }
            passed++;
            if (value is not JsonObject content) continue;
            if (name == "return") ledger.AnswerReturn(content);
            else if (name == "ship") ledger.Ships.Answer(content);
            else ledger.Trains.Answer(content, out _);
        }
        Assert.InRange(passed, 10, 9_990);
        Assert.InRange(refused, 10, 9_990);
    }

    public static TheoryData<string> Monsters => ["[", "{\"a\":", "[[],", "{\"passenger_list\":[", "{},", "[{},", "{\"a\":1,\"a\":1,", "\"\\ud800", "1"];

    [Theory, MemberData(nameof(Monsters))]
    public async Task The_largest_body_does_not_take_long(string piece)
    {
        var json = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, LargestBytes / piece.Length)));
        var work = Task.Run(() => ShapeOf("ship").TryParse(json, out _), TestContext.Current.CancellationToken);
        Assert.NotNull(await work.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_elements_and_many_names_do_not_take_long()
    {
        var elements = $"{{\"passenger_list\":[{string.Join(',', Enumerable.Repeat("{}", LargestBytes / 3))}]}}";
        var names = $"{{{string.Join(',', Enumerable.Range(0, LargestBytes / 12).Select(i => $"\"a{i:x6}\":1"))}}}";
        foreach (var json in (string[])[elements, names])
        {
            var work = Task.Run(() => ShapeOf("ship").TryParse(Encoding.UTF8.GetBytes(json), out _), TestContext.Current.CancellationToken);
            Assert.True((await work.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken))!.Path.Length < 200);
        }
    }

    private static byte[] Mutated(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                default:
                    // Digits and letters: the JSON stays whole, its values do not.
                    if (char.IsAsciiLetterOrDigit((char)bytes[at])) bytes[at] = (byte)"0123456789abcdef"[random.Next(16)];
                    break;
            }
            if (bytes.Count == 0) bytes.Add((byte)'{');
        }
        return [.. bytes];
    }
}
