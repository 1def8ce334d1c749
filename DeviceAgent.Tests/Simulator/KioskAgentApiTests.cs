using System.Text.Json.Nodes;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Kiosk;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Simulator;

public sealed class KioskAgentApiTests
{
    [Theory]
    [InlineData("in_doubt", "InDoubt"), InlineData("InDoubt", "InDoubt"), InlineData("issued", "Issued"), InlineData("not_presented", "NotPresented"), InlineData(null, "")]
    public void One_word_in_two_spellings_is_not_two_states(string? text, string word) => Assert.Equal(word, AgentApi.Word(text));

    [Fact]
    public async Task What_the_agent_says_to_a_job_or_a_return_is_not_lost()
    {
        var folder = Directory.CreateTempSubdirectory("api-").FullName;
        var socket = Path.Combine(folder, "agent.sock");
        List<string> asked = [];
        await using var agent = new LoopbackListener(0, socket, 1024 * 1024, async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            asked.Add($"{http.Request.Method} {http.Request.Path} {http.Request.ContentType} {await reader.ReadToEndAsync(http.RequestAborted)}");
            http.Response.StatusCode = http.Request.Path == "/returns" ? 422 : asked.Count == 1 ? 202 : 400;
            var body = http.Response.StatusCode switch { 202 => "", 422 => """{"reason":"unknown ticket"}""", _ => """{"reason":"not a job","faults":["trip: missing","report.success: missing"]}""" };
            await http.Response.WriteAsync(body, http.RequestAborted);
        });
        using var api = new AgentApi(socket);
        var stop = TestContext.Current.CancellationToken;
        Assert.Null(await api.SubmitJobAsync(new JsonObject { ["journey"] = "ship" }, stop));
        await agent.StartAsync();
        Assert.True((await api.SubmitJobAsync(new JsonObject { ["journey"] = "ship" }, stop))!.IsTaken);
        var refused = (await api.SubmitJobAsync([], stop))!;
        Assert.Equal((false, 400, "not a job"), (refused.IsTaken, refused.Status, refused.Reason));
        Assert.Equal(["trip: missing", "report.success: missing"], refused.Faults);
        Assert.Equal((422, "unknown ticket"), ((await api.ReturnAsync("1/2", stop)) is { } reply ? (reply.Status, reply.Reason) : default));
        Assert.Equal(["""POST /jobs application/json; charset=utf-8 {"journey":"ship"}""", "POST /jobs application/json; charset=utf-8 {}", """POST /returns application/json; charset=utf-8 {"code":"1/2"}"""], asked);
        Directory.Delete(folder, recursive: true);
    }
}
