using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DeviceAgent.Platform.Gateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Benchmarks;

/// <summary>Sign, serialize and parse one report, without a network: the agent's client against one that is written as the official SDK is.</summary>
internal sealed class ReportBenchmark : IDisposable
{
    private const int Blocks = 5;
    private readonly CannedAnswer _handler = new();
    private readonly HttpClient _http;
    private readonly TopClient _client;
    private readonly PlatformApi _api;
    private readonly ReflectionClient _standIn;
    private readonly TvmBookOrderRequest _report = Samples.Report(Samples.OrderNumber(1), 2);
    private readonly byte[] _answer = CannedAnswer.Text.ToArray();

    public ReportBenchmark()
    {
        _http = new HttpClient(_handler);
        var credentials = new FixedCredentials();
        var options = new TopClientOptions { Url = new Uri("http://127.0.0.1/router/rest") };
        _client = new TopClient(_http, options, credentials, TimeProvider.System);
        _api = new PlatformApi(_client, cipher: null, TimeProvider.System, NullLogger<PlatformApi>.Instance);
        _standIn = new ReflectionClient(_http, options.Url, credentials);
    }

    public async Task<Table> RunAsync(bool quick)
    {
        await CheckSameAsync();
        var rounds = quick ? 1_000 : 10_000;
        var agent = new Series("agent: sign, serialize, parse");
        var standIn = new Series("stand-in: the same work");
        var again = new Series("stand-in, again");
        var agentWhole = new Series("agent, with HttpClient");
        var standInWhole = new Series("stand-in, with HttpClient");
        Series[] all = [agent, standIn, again, agentWhole, standInWhole];
        // Long enough for the second tier of the compiler, whose work comes 100 ms late.
        for (var i = 0; i < 4; i++)
        {
            await RoundsAsync(all, quick ? 200 : 2_000, keep: false);
            await Task.Delay(250);
        }
        for (var block = 0; block < Blocks; block++) await RoundsAsync(all, rounds, keep: true);
        var table = new Table($"Report: one report of two passengers, {Blocks} blocks of {rounds.ToString(CultureInfo.InvariantCulture)} rounds, alternated; ratio: how many times faster");
        table.Times(standIn, Unit.Micros);
        Faster(table, agent, standIn, again);
        table.Times(standInWhole, Unit.Micros);
        Faster(table, agentWhole, standInWhole, null);
        table.Note("The official .NET SDK cannot be had from a package registry and is not measured; the stand-in does the same steps with reflection, sorted");
        table.Note("dictionaries and strings, but with today's System.Text.Json, hash and URL encoder. Below 5 this shows neither a hit nor a miss against the SDK.");
        table.Note("With HttpClient: through a handler in memory; what HttpClient itself costs is the same in both.");
        return table;
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static void Faster(Table table, Series agent, Series standIn, Series? again)
    {
        var budget = Budget.NotLessThan(5, " x SDK");
        var ratio = standIn.RatioTo(agent);
        table.Row(agent.Name, Unit.Micros.Tell(Figures.Median(agent.All)), Unit.Micros.Tell(Figures.Quantile(agent.All, 0.99)), Unit.Micros.TellRange(agent.Medians), Table.Ratio(ratio),
            again is null ? "" : Table.Ratio(again.RatioTo(standIn)), again is null ? "" : budget.Text, again is null ? "" : ratio >= budget.Bound ? "met" : "not shown");
    }

    private async Task RoundsAsync(Series[] all, int rounds, bool keep)
    {
        if (keep) foreach (var series in all) series.BeginBlock();
        for (var i = 0; i < rounds; i++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            AgentWork();
            Keep(0);
            _standIn.Work(_report, _answer);
            Keep(1);
            _standIn.Work(_report, _answer);
            Keep(2);
            await _api.SetBookOrderAsync(_report, CancellationToken.None);
            Keep(3);
            await _standIn.SetBookOrderAsync(_report);
            Keep(4);

            void Keep(int series)
            {
                if (keep) all[series].Add(Figures.Microseconds(started));
                started = System.Diagnostics.Stopwatch.GetTimestamp();
            }
        }
    }

    private void AgentWork()
    {
        var body = _client.Sign(TvmBookOrder.Method, TvmBookOrder.Form(_report));
        var answer = TopAnswer.Parse(_answer, HttpStatusCode.OK, null, [], BusTvmJson.ReadBookResponse);
        if (body.Length == 0 || answer.Value?.IsSuccess != true) throw new InvalidOperationException("The report was not understood.");
    }

    /// <summary>Both must send the same report and understand the same answer, or the figures compare nothing.</summary>
    private async Task CheckSameAsync()
    {
        await _api.SetBookOrderAsync(_report, CancellationToken.None);
        var agent = Fields(_handler.LastBody);
        await _standIn.SetBookOrderAsync(_report);
        var standIn = Fields(_handler.LastBody);
        var differences = agent.Keys.Union(standIn.Keys).Where(k => k is not ("timestamp" or "sign") && agent.GetValueOrDefault(k) != standIn.GetValueOrDefault(k)).ToList();
        if (differences.Count > 0) throw new InvalidOperationException($"The two clients send different reports: {string.Join(", ", differences)}.");
    }

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
