using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Platform.Gateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Benchmarks;

/// <summary>Sign, serialize and parse one report, without a network: the agent's client against one that is written as the official SDK is, and against the SDK itself where it is given.</summary>
internal sealed class ReportBenchmark : IDisposable
{
    private const int Blocks = 5;
    private readonly CannedAnswer _handler = new();
    private readonly HttpClient _http;
    private readonly TopClient _client;
    private readonly PlatformApi _api;
    private readonly ReflectionClient _standIn;
    private readonly SdkPeer? _sdk;
    private readonly TvmBookOrderRequest _report = Samples.Report(Samples.OrderNumber(1), 2);
    private readonly byte[] _answer = CannedAnswer.Text.ToArray();

    /// <param name="sdk">Path of an assembly that wraps the official SDK (<see cref="SdkPeer"/>); null to do without.</param>
    public ReportBenchmark(string? sdk)
    {
        _sdk = sdk is null ? null : SdkPeer.Load(sdk);
        _http = new HttpClient(_handler);
        var credentials = new FixedCredentials();
        var options = new TopClientOptions { Url = new Uri("http://127.0.0.1/router/rest") };
        _client = new TopClient(_http, options, credentials, TimeProvider.System);
        _api = new PlatformApi(_client, cipher: null, TimeProvider.System, NullLogger<PlatformApi>.Instance);
        _standIn = new ReflectionClient(_http, options.Url, credentials);
    }

    public async Task<Table> RunAsync(bool quick)
    {
        var version = await CheckSameAsync();
        var rounds = quick ? 1_000 : 10_000;
        var agent = new Series("agent: sign, serialize, parse");
        var standIn = new Series("stand-in: the same work");
        var other = new Series(_sdk is null ? "stand-in, again" : $"official SDK, {version}: the same work");
        var again = new Series("official SDK, again");
        var agentWhole = new Series("agent, with HttpClient");
        var standInWhole = new Series("stand-in, with HttpClient");
        List<(Series Series, Func<Task> Work)> all =
        [
            (agent, () => Done(AgentWork)),
            (standIn, () => Done(StandInWork)),
            (other, () => Done(_sdk is null ? StandInWork : SdkWork)),
            (agentWhole, () => _api.SetBookOrderAsync(_report, CancellationToken.None)),
            (standInWhole, () => _standIn.SetBookOrderAsync(_report)),
        ];
        if (_sdk is not null) all.Insert(3, (again, () => Done(SdkWork)));
        // Long enough for the second tier of the compiler, whose work comes 100 ms late.
        for (var i = 0; i < 4; i++)
        {
            await RoundsAsync(all, quick ? 200 : 2_000, keep: false);
            await Task.Delay(250);
        }
        for (var block = 0; block < Blocks; block++) await RoundsAsync(all, rounds, keep: true);
        var table = new Table($"Report: one report of two passengers, {Blocks} blocks of {rounds.ToString(CultureInfo.InvariantCulture)} rounds, alternated; ratio: how many times faster");
        table.Times(standIn, Unit.Micros);
        if (_sdk is null) Faster(table, agent, standIn, other);
        else
        {
            Faster(table, agent, standIn, null);
            table.Times(other, Unit.Micros);
            Faster(table, agent, other, again);
        }
        table.Times(standInWhole, Unit.Micros);
        Faster(table, agentWhole, standInWhole, null);
        if (_sdk is null)
        {
            table.Note("The official .NET SDK cannot be had from a package registry; --sdk measures it. The stand-in does the same steps with reflection, sorted");
            table.Note("dictionaries and strings, but with today's System.Text.Json, hash and URL encoder. Below 5 this shows neither a hit nor a miss against the SDK.");
        }
        table.Note("With HttpClient: through a handler in memory; what HttpClient itself costs is the same in both.");
        return table;
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    /// <param name="again">The other once more; null where the ratio is only told.</param>
    private void Faster(Table table, Series agent, Series other, Series? again)
    {
        var budget = Budget.NotLessThan(5, " x SDK");
        var ratio = other.RatioTo(agent);
        var verdict = ratio >= budget.Bound ? "met" : _sdk is null ? "not shown" : "MISSED";
        table.Row(agent.Name, Unit.Micros.Tell(Figures.Median(agent.All)), Unit.Micros.Tell(Figures.Quantile(agent.All, 0.99)), Unit.Micros.TellRange(agent.Medians), Table.Ratio(ratio),
            again is null ? "" : Table.Ratio(again.RatioTo(other)), again is null ? "" : budget.Text, again is null ? "" : verdict);
    }

    private static async Task RoundsAsync(List<(Series Series, Func<Task> Work)> all, int rounds, bool keep)
    {
        if (keep) foreach (var (series, _) in all) series.BeginBlock();
        for (var i = 0; i < rounds; i++)
        {
            foreach (var (series, work) in all)
            {
                var started = System.Diagnostics.Stopwatch.GetTimestamp();
                await work();
                if (keep) series.Add(Figures.Microseconds(started));
            }
        }
    }

    private static Task Done(Action work)
    {
        work();
        return Task.CompletedTask;
    }

    private void StandInWork() => _standIn.Work(_report, _answer);

    private void SdkWork() => _sdk!.Work(_answer);

    private void AgentWork()
    {
        if (TvmBookOrder.Check(_report) is not null) throw new InvalidOperationException("The report is not sent.");
        var body = _client.Sign(TvmBookOrder.Method, TvmBookOrder.Form(_report));
        var answer = TopAnswer.Parse(_answer, HttpStatusCode.OK, null, [], BusTvmJson.ReadBookResponse);
        if (body.Length == 0 || answer.Value?.IsSuccess != true) throw new InvalidOperationException("The report was not understood.");
    }

    /// <summary>All must send the same report and understand the same answer, or the figures compare nothing.</summary>
    /// <returns>The SDK's own name for its version (partner_id).</returns>
    private async Task<string?> CheckSameAsync()
    {
        await _api.SetBookOrderAsync(_report, CancellationToken.None);
        var agent = Fields(_handler.LastBody);
        await _standIn.SetBookOrderAsync(_report);
        CheckSame(agent, "stand-in", Fields(_handler.LastBody));
        if (_sdk is null) return null;
        _sdk.Work(_answer);
        var sdk = Fields(Encoding.UTF8.GetString(_sdk.Report()));
        CheckSame(agent, "SDK", sdk);
        return sdk.GetValueOrDefault("partner_id", "of unknown version");
    }

    private static void CheckSame(Dictionary<string, string> agent, string name, Dictionary<string, string> other)
    {
        // What a client says of itself may differ; with the SDK that is the sign method too, which it does not let choose.
        string[] own = ["timestamp", "sign", "sign_method", "partner_id"];
        var differences = agent.Keys.Union(other.Keys).Except(own).Where(k => !IsSame(agent.GetValueOrDefault(k), other.GetValueOrDefault(k))).ToList();
        if (differences.Count > 0) throw new InvalidOperationException($"Agent and {name} send different reports: {string.Join(", ", differences)}.");
    }

    /// <summary>JSON is the same in another order of its properties.</summary>
    private static bool IsSame(string? a, string? b) =>
        a == b || (a is ['[', ..] && b is ['[', ..] && JsonNode.DeepEquals(JsonNode.Parse(a), JsonNode.Parse(b)));

    private static Dictionary<string, string> Fields(string body) =>
        body.Split('&').Select(f => f.Split('=')).ToDictionary(f => f[0], f => WebUtility.UrlDecode(f[1]), StringComparer.Ordinal);

    private sealed class FixedCredentials : ITopCredentials
    {
        public string AppKey => "12345678";

        public string AppSecret => "0123456789abcdef0123456789abcdef";

        public string? Session => "6100e23b5e9f0d6c7a1b2c3d4e5f60718293a4b5c6d7e8f";
    }

    /// <summary>Takes the request's bytes, as a network would, and answers at once.</summary>
    private sealed class CannedAnswer : HttpMessageHandler
    {
        private readonly byte[] _text = Text.ToArray();
        private byte[] _last = [];

        public static ReadOnlySpan<byte> Text =>
            """{"bus_tvmbookorder_set_response":{"result_code":"0","result_msg":"ok","is_success":true,"request_id":"15zv2q1jv6c8m"}}"""u8;

        public string LastBody => Encoding.UTF8.GetString(_last);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _last = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(_text) };
            answer.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return answer;
        }
    }
}
