using System.Globalization;
using System.Net;
using DeviceAgent.Simulator;

namespace DeviceAgent.Benchmarks;

/// <summary>`drain-gateway`: takes every report and says yes, on a loopback port of a process of its own. It prints the port, lives until its input ends, and then tells what it took.</summary>
internal static class DrainGateway
{
    public const string Command = "drain-gateway";

    private static readonly byte[] Answer =
        """{"bus_tvmbookorder_set_response":{"result_code":"0","result_msg":"ok","is_success":true,"request_id":"15zv2q1jv6c8m"}}"""u8.ToArray();

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        var taken = new Lock();
        // The book time of an order's last report: those of one order are written with growing times.
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        var (requests, disorders) = (0, 0);
        await using var listener = new LoopbackListener(0, null, 64 * 1024, async context =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            var (order, time) = (form["alitrip_order_id"].ToString(), form["book_time"].ToString());
            lock (taken)
            {
                requests++;
                if (string.CompareOrdinal(last.GetValueOrDefault(order, ""), time) >= 0) disorders++;
                last[order] = time;
            }
            context.Response.StatusCode = (int)HttpStatusCode.OK;
            context.Response.ContentType = "text/javascript;charset=UTF-8";
            context.Response.ContentLength = Answer.Length;
            await context.Response.Body.WriteAsync(Answer, context.RequestAborted);
        });
        await listener.StartAsync();
        await output.WriteLineAsync(listener.Port.ToString(CultureInfo.InvariantCulture));
        await input.ReadToEndAsync();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{requests} {disorders}"));
        return 0;
    }
}
