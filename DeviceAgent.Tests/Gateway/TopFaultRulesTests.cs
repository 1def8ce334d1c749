using System.Net;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopFaultRulesTests
{
    private static readonly DateTimeOffset Date = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    // code, sub_code, remedy, may have been applied
    public static TheoryData<string?, string?, TopRemedy, bool> Rows() => new()
    {
        { "3", null, TopRemedy.Park, false },
        { "7", "accesscontrol.limited-by-app-api-access-count", TopRemedy.WaitUntil, false },
        { "7", null, TopRemedy.WaitUntil, false },
        { "8", null, TopRemedy.WaitUntil, false },
        { "15", "accesscontrol.limited-by-app-access-count", TopRemedy.WaitUntil, false },
        { "15", "accesscontrol.limited-by-api-access-count", TopRemedy.WaitUntil, false },
        { "15", "accesscontrol.limited-by-app-api-access-count", TopRemedy.WaitUntil, false },
        { "15", "accesscontrol.limited-by-dynamic-access-count", TopRemedy.WaitUntil, false },
        { "9", null, TopRemedy.Configuration, false },
        { "10", null, TopRemedy.Retry, true },
        { "11", "isv.permission-api-package-limit", TopRemedy.Configuration, false },
        { "12", null, TopRemedy.Configuration, false },
        { "13", null, TopRemedy.Configuration, false },
        { "21", null, TopRemedy.Configuration, false },
        { "22", "isv.invalid-method", TopRemedy.Configuration, false },
        { "23", null, TopRemedy.Configuration, false },
        { "24", null, TopRemedy.Configuration, false },
        { "25", null, TopRemedy.Configuration, false },
        { "26", null, TopRemedy.RenewSession, false },
        { "27", "invalid-sessionkey", TopRemedy.RenewSession, false },
        { "28", null, TopRemedy.Configuration, false },
        { "29", "isv.appkey-not-exists", TopRemedy.Configuration, false },
        { "30", null, TopRemedy.Configuration, false },
        { "31", null, TopRemedy.FixClock, false },
        { "32", null, TopRemedy.Configuration, false },
        { "33", null, TopRemedy.Configuration, false },
        { "34", null, TopRemedy.Configuration, false },
        { "40", "isv.missing-parameter", TopRemedy.Park, false },
        { "41", "isv.invalid-parameter", TopRemedy.Park, false },
        { "42", null, TopRemedy.Park, false },
        { "43", null, TopRemedy.Park, false },
        { "15", "isv.MOBILE_NUMBER_ILLEGAL", TopRemedy.Park, false },
        { "50", "isv.invalid-parameter", TopRemedy.Park, false },
        { "530", "isv.invalid-parameter", TopRemedy.Park, false },
        { "15", "ORDER_NOT_FOUND", TopRemedy.Park, true },
        { "50", "ORDER_NOT_FOUND", TopRemedy.Park, true },
        { "530", "ORDER_NOT_FOUND", TopRemedy.Park, true },
        { "15", null, TopRemedy.Retry, true },
        { "15", "isp.bus-service-unavailable", TopRemedy.Retry, true },
        { "50", "isp.remote-service-error", TopRemedy.Retry, true },
        { "15", "isp.remote-service-error", TopRemedy.Retry, true },
        { "15", "isp.remote-service-timeout", TopRemedy.Retry, true },
        { "15", "isp.remote-connection-error", TopRemedy.Retry, true },
        { "15", "isp.top-remote-connection-timeout", TopRemedy.Retry, true },
        { "15", "isp.top-remote-connection-error", TopRemedy.Retry, true },
        { "15", "isp.unknown-error", TopRemedy.Retry, true },
        { "15", "isp.top-remote-unknown-error", TopRemedy.Retry, true },
        { "15", "isp.call-limited", TopRemedy.Retry, false },
        { "15", "isp.null-pointer-exception", TopRemedy.Park, true },
        { "15", "isp.top-parse-error", TopRemedy.Park, true },
        { "15", "isp.top-mapping-parse-error", TopRemedy.Park, true },
        { "99", "something.new", TopRemedy.Retry, true },
        { "5000", "something.new", TopRemedy.Retry, true },
        { "999", "something.new", TopRemedy.Retry, true },
        { null, null, TopRemedy.Retry, true },
    };

    [Theory, MemberData(nameof(Rows))]
    public void No_failure_gets_another_remedy_than_its_own(string? code, string? subCode, TopRemedy remedy, bool mayHaveBeenApplied)
    {
        var fault = TopFaultRules.Classify(new TopError(code, subCode, "m", "s", "r"), Date);
        Assert.Equal((remedy, mayHaveBeenApplied), (fault.Remedy, fault.MayHaveBeenApplied));
        Assert.Equal((code ?? "answer", subCode, "m", "s", "r", Date), (fault.Code, fault.SubCode, fault.Message, fault.SubMessage, fault.RequestId, fault.ServerDate));
        Assert.Equal(remedy == TopRemedy.WaitUntil, fault.WaitFor is not null);
    }

    // Bodies as the gateway wrote them.
    [Theory]
    [InlineData("""{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.MOBILE_NUMBER_ILLEGAL","sub_msg":"号码格式错误","request_id":"rxn0m6mwsjqy"}}""", TopRemedy.Park, null)]
    [InlineData("""{"error_response":{"code":50,"msg":"Remote service error","sub_code":"isv.invalid-parameter","sub_msg":"非法参数"}}""", TopRemedy.Park, null)]
    [InlineData("""{"error_response":{"code":27,"msg":"Invalid session","sub_code":"invalid-sessionkey","request_id":"r"}}""", TopRemedy.RenewSession, null)]
    [InlineData("""{"error_response":{"code":29,"msg":"Invalid app Key","sub_code":"isv.appkey-not-exists","request_id":"r"}}""", TopRemedy.Configuration, null)]
    [InlineData("""{"error_response":{"code":21,"msg":"Missing method","sub_msg":"no method","request_id":"r"}}""", TopRemedy.Configuration, null)]
    [InlineData("""{"error_response":{"code":25,"msg":"Invalid signature","request_id":"r"}}""", TopRemedy.Configuration, null)]
    [InlineData("""{"error_response":{"code":7,"msg":"App Call Limited","sub_code":"accesscontrol.limited-by-app-api-access-count","sub_msg":"This ban will last for 2 more seconds","request_id":"r"}}""", TopRemedy.WaitUntil, 2)]
    [InlineData("<error_response><code>7</code><msg>App Call Limited</msg><sub_code>accesscontrol.limited-by-app-access-count</sub_code><sub_msg>This ban will last for 2 more seconds</sub_msg></error_response><!--top0-->", TopRemedy.WaitUntil, 2)]
    [InlineData("<error_response><args list=\"true\"><arg><key>code</key><value>15</value></arg></args><code>26</code><msg>Missing session</msg></error_response>", TopRemedy.RenewSession, null)]
    public void The_gateways_own_words_never_get_another_remedy(string body, TopRemedy remedy, int? seconds)
    {
        var fault = AnswerSamples.ParseBook(body).Fault!;
        Assert.Equal((remedy, seconds, false), (fault.Remedy, (int?)fault.WaitFor?.TotalSeconds, fault.MayHaveBeenApplied));
    }

    [Theory]
    [InlineData("This ban will last for 2 more seconds", 2)]
    [InlineData("This ban will last for 0 more seconds", 1)]
    [InlineData("wait", 1)]
    [InlineData(null, 1)]
    [InlineData("7", 7)]
    [InlineData("This ban will last for 999999 more seconds", 86_400)]
    [InlineData("This ban will last for 99999999999999999999 more seconds", 86_400)]
    public void A_ban_is_never_shorter_than_a_second_nor_without_end(string? subMessage, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), TopFaultRules.Classify(new TopError("7", null, null, subMessage, null), null).WaitFor);

    [Fact]
    public void No_text_of_the_gateway_is_kept_without_bound()
    {
        var endless = new string('长', 10_000);
        var fault = TopFaultRules.Classify(new TopError("15", endless, endless, endless, endless), null);
        Assert.All(new[] { fault.SubCode, fault.Message, fault.SubMessage, fault.RequestId }, text => Assert.Equal(300, text!.Length));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "answer")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "http-503")]
    [InlineData(HttpStatusCode.Continue, "http-100")]
    public void An_unreadable_answer_is_never_taken_for_a_refusal(HttpStatusCode status, string code)
    {
        var fault = TopFaultRules.Unreadable(status, "m", Date);
        Assert.Equal((TopRemedy.Retry, code, true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.True(TopFaultRules.IsSilence(fault));
    }

    [Fact]
    public void Silence_is_not_confused_with_an_answer()
    {
        Assert.True(TopFaultRules.IsSilence(TopFaultRules.NoAnswer(TopFaultRules.NetworkCode, "", false)));
        Assert.True(TopFaultRules.IsSilence(TopFaultRules.NoAnswer(TopFaultRules.TimeoutCode, "", true)));
        Assert.False(TopFaultRules.IsSilence(TopFaultRules.Classify(new TopError("10", null, null, null, null), null)));
    }

    [Fact]
    public void A_refusal_of_our_own_is_not_confused_with_the_gateways()
    {
        Assert.True(TopFaultRules.IsLocal(TopFaultRules.RefusedHere(TopFaultRules.MissingArgument, "")));
        Assert.True(TopFaultRules.IsLocal(TopFaultRules.RefusedHere(TopFaultRules.TooManyArguments, "")));
        Assert.True(TopFaultRules.IsLocal(TopFaultRules.NoCipher("why")));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("25", null, null, null, null), null)));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.NoCipher("why") with { ServerDate = Date }));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("40", null, null, null, "r"), null)));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("41", null, null, null, null), Date)));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("41", "isv.x", null, null, null), null)));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("43", null, null, null, null), null)));
        Assert.False(TopFaultRules.IsLocal(TopFaultRules.Classify(new TopError("15", null, null, null, null), null)));
    }
}
