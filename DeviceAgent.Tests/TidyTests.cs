namespace DeviceAgent.Tests;

/// <summary>The house rules hold in every file, and each rule can fail.</summary>
public sealed class TidyTests
{
    private static void None(Func<TidySource, IEnumerable<string>> rule) => None(files => files.SelectMany(rule));

    private static void None(Func<IReadOnlyList<TidySource>, IEnumerable<string>> rule)
    {
        Assert.InRange(TidySource.Repository.Count, 20, 10_000);
        var found = rule(TidySource.Repository).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static TidySource File(string path, string text) => new(path, text);

    private static string Lines(int count, string line = "x++;\n") => string.Concat(Enumerable.Repeat(line, count));

    [Fact]
    public void No_method_is_longer_than_70_lines() => None(TidyRules.LongMethods);

    [Theory]
    [InlineData("class A { void F()\n{\n", 67, "}\n}", 0)]
    [InlineData("class A { void F()\n{\n", 68, "}\n}", 1)]
    [InlineData("class A {\n[Fact(\n\n\n)]\nvoid F()\n{\n", 67, "}\n}", 0)]
    [InlineData("class A(int b) : B { int P { get {\n", 68, "} } int c; }", 0)]
    [InlineData("class A(int b) : B { int P { get {\n", 70, "} } int c; }", 1)]
    [InlineData("namespace N { record struct A { int F() => G(() => {\n", 70, "}); } }", 1)]
    [InlineData("class A { static bool operator ==(A a, A b) {\n", 70, "} }", 1)]
    [InlineData("class A<T> where T : class { void F<U>() where U : class {\n", 70, "} }", 1)]
    [InlineData("class A { string a = \"}{\"; char c = '{'; // }\n void F() { var s = $\"{(b ? \"{\" : \"\")}{{\"; \n", 70, "} }", 1)]
    [InlineData("class A { string a = @\"\"\"}{\\\"; void F() { var s = $$\"\"\"{ {{ x }} \"\" } \"\"\"; /* } */ \n", 70, "} }", 1)]
    [InlineData("class A { static int[] B = [\n", 200, "];}", 0)]
    [InlineData("enum A {\n", 200, "}", 0)]
    [InlineData("class A {\n", 200, "}", 0)]
    [InlineData("#pragma warning disable X '\nclass A {\n", 200, "}", 0)]
    public void A_method_is_measured_whatever_stands_in_it(string before, int lines, string after, int violations)
    {
        var filler = before.Contains("[] B", StringComparison.Ordinal) || before.StartsWith("enum", StringComparison.Ordinal) ? "x,\n" : before.EndsWith("A {\n", StringComparison.Ordinal) ? "int x;\n" : "x++;\n";
        Assert.Equal(violations, TidyRules.LongMethods(File("DeviceAgent/A.cs", before + Lines(lines, filler) + after)).Count());
    }

    [Theory]
    [InlineData("a // \"b\nc", "a      \nc")]
    [InlineData("\"a\\\"b\" c", "       c")]
    [InlineData("\"\" c '\\'' '\"' d", "   c          d")]
    [InlineData("$\"a{b + \"c\"}d\" e", "    b +        e")]
    [InlineData("$\"{{{b}}}\" c", "     b     c")]
    [InlineData("@\"a\"\"b\\\" c", "         c")]
    [InlineData("\"\"\"a\"b\"\"\" c", "          c")]
    [InlineData("$$\"\"\"{a}{{b}}\"\"\" c", "          b      c")]
    [InlineData("/* \" */ a", "        a")]
    public void Code_is_what_remains_without_comments_and_literals(string text, string expected) => Assert.Equal(expected, TidySource.CodeAlone(text));

    [Fact]
    public void No_file_is_longer_than_600_lines() => None(TidyRules.LongFiles);

    [Fact]
    public void A_long_file_is_found()
    {
        Assert.Empty(TidyRules.LongFiles(File("DeviceAgent/A.cs", Lines(600))));
        Assert.Single(TidyRules.LongFiles(File("DeviceAgent/A.cs", Lines(601))));
    }

    [Fact]
    public void Nobody_has_a_clock_of_their_own() => None(TidyRules.ClocksOfTheirOwn);

    [Theory]
    [InlineData("DeviceAgent/A.cs", "var a = DateTime.UtcNow;", 1)]
    [InlineData("DeviceAgent.Drivers/A.cs", "var a = $\"{DateTimeOffset.Now}\";", 1)]
    [InlineData("DeviceAgent.Platform/A.cs", "var a = Stopwatch.StartNew();", 1)]
    [InlineData("DeviceAgent.Simulator/A.cs", "var a = Environment.TickCount64;", 1)]
    [InlineData("DeviceAgent/A.cs", "Thread.Sleep(1);", 1)]
    [InlineData("DeviceAgent/A.cs", "await Task.Delay(timeout);", 1)]
    [InlineData("DeviceAgent/A.cs", "await Task.Delay(F(time, 1), stop);", 1)]
    [InlineData("DeviceAgent/A.cs", "await Task.Delay(F(1, 2), _time, stop);", 0)]
    [InlineData("DeviceAgent/A.cs", "await Task.Delay(a, timeProvider);", 0)]
    [InlineData("DeviceAgent/A.cs", "new PeriodicTimer(a);", 1)]
    [InlineData("DeviceAgent/A.cs", "new PeriodicTimer(a, time);", 0)]
    [InlineData("DeviceAgent/A.cs", "new CancellationTokenSource(TimeSpan.FromSeconds(1));", 1)]
    [InlineData("DeviceAgent/A.cs", "new CancellationTokenSource();", 0)]
    [InlineData("DeviceAgent/A.cs", "// DateTime.UtcNow would be wrong: \"Thread.Sleep\"", 0)]
    [InlineData("DeviceAgent.Tests/A.cs", "Thread.Sleep(1);", 1)]
    [InlineData("DeviceAgent.Tests/A.cs", "await Task.Delay(1, stop);", 1)]
    [InlineData("DeviceAgent.Tests/A.cs", "await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);", 0)]
    [InlineData("DeviceAgent.Tests/A.cs", "var a = Stopwatch.StartNew();", 0)]
    [InlineData("DeviceAgent.Benchmarks/A.cs", "Thread.Sleep(1);", 0)]
    public void A_clock_of_its_own_is_found(string path, string code, int violations) =>
        Assert.Equal(violations, TidyRules.ClocksOfTheirOwn(File(path, code)).Count());

    [Fact]
    public void Arrows_run_one_way() => None(TidyRules.WrongArrows);

    [Theory]
    [InlineData("DeviceAgent/Orders/A.cs", "using DeviceAgent.Journal;", 1)]
    [InlineData("DeviceAgent/Journal/A.cs", "using DeviceAgent.Tickets;", 1)]
    [InlineData("DeviceAgent/Issuance/A.cs", "using DeviceAgent.Devices;", 1)]
    [InlineData("DeviceAgent/Devices/A.cs", "using DeviceAgent.Issuance;", 0)]
    [InlineData("DeviceAgent/Issuance/A.cs", "using DeviceAgent.Hosting;", 1)]
    [InlineData("DeviceAgent/Technician/A.cs", "using DeviceAgent.Hosting;", 1)]
    [InlineData("DeviceAgent/Hosting/A.cs", "using DeviceAgent.Technician;", 0)]
    [InlineData("DeviceAgent/Tickets/A.cs", "using DeviceAgent.Drivers.Printing; using DeviceAgent.Platform.Sync;", 0)]
    [InlineData("DeviceAgent/Tickets/A.cs", "namespace DeviceAgent.Tickets; class A { Issuance.Rule _r; }", 1)]
    [InlineData("DeviceAgent/Tickets/A.cs", "namespace DeviceAgent.Tickets; class A { int F(B b) => b.Issuance.Rule; }", 0)]
    [InlineData("DeviceAgent/Tickets/A.cs", "namespace DeviceAgent.Hosting;", 1)]
    [InlineData("DeviceAgent/Program.cs", "using DeviceAgent.Hosting;", 0)]
    [InlineData("DeviceAgent.Platform/Sync/A.cs", "global::DeviceAgent.Drivers.DeviceState a;", 1)]
    [InlineData("DeviceAgent.Drivers/A.cs", "using DeviceAgent.Platform.Sync;", 1)]
    [InlineData("DeviceAgent.Drivers/A.cs", "using DeviceAgent.Orders;", 1)]
    [InlineData("DeviceAgent.Drivers/Printing/A.cs", "using DeviceAgent.Drivers.Serial; namespace DeviceAgent.Drivers.Printing;", 0)]
    [InlineData("DeviceAgent.Simulator/A.cs", "using DeviceAgent.Drivers.Printing;", 1)]
    [InlineData("DeviceAgent.Simulator/A.cs", "using DeviceAgent.Journal;", 1)]
    [InlineData("DeviceAgent.Tests/A.cs", "using DeviceAgent.Hosting; using DeviceAgent.Drivers;", 0)]
    public void A_wrong_arrow_is_found(string path, string code, int violations) =>
        Assert.Equal(violations, TidyRules.WrongArrows([File(path, code), File("DeviceAgent/Issuance/Rule.cs", "class Rule { }")]).Count());

    [Fact]
    public void Projects_reference_only_what_the_house_allows() => None(TidyRules.WrongProjectReferences);

    [Theory]
    [InlineData("DeviceAgent.Platform/A.csproj", "<ProjectReference Include=\"../DeviceAgent.Drivers/DeviceAgent.Drivers.csproj\" />", 1)]
    [InlineData("DeviceAgent.Simulator/A.csproj", "<ProjectReference Include=\"../DeviceAgent/DeviceAgent.csproj\" />", 1)]
    [InlineData("DeviceAgent.Simulator/A.csproj", "<ProjectReference Include=\"../DeviceAgent/DeviceAgent.csproj\" ReferenceOutputAssembly=\"false\" />", 0)]
    [InlineData("DeviceAgent/A.csproj", "<ProjectReference Include=\"../DeviceAgent.Simulator/DeviceAgent.Simulator.csproj\" />", 1)]
    [InlineData("DeviceAgent/A.csproj", "<ProjectReference Include=\"../DeviceAgent.Drivers/DeviceAgent.Drivers.csproj\" />", 0)]
    public void A_wrong_project_reference_is_found(string path, string text, int violations) =>
        Assert.Equal(violations, TidyRules.WrongProjectReferences(File(path, text)).Count());

    [Fact]
    public void No_type_has_a_name_that_says_nothing() => None(TidyRules.EmptyNames);

    [Theory]
    [InlineData("internal sealed class OrderManager { }", 1)]
    [InlineData("static class PathHelpers { }", 1)]
    [InlineData("record struct DateUtil(int A);", 1)]
    [InlineData("interface IPrintService { }", 1)]
    [InlineData("class OutboxProcessor { }", 1)]
    [InlineData("class ServiceLight { } // the class Manager was removed", 0)]
    public void A_name_that_says_nothing_is_found(string code, int violations) => Assert.Equal(violations, TidyRules.EmptyNames(File("DeviceAgent/A.cs", code)).Count());

    [Fact]
    public void Nothing_is_unfinished() => None(TidyRules.Unfinished);

    [Theory]
    [InlineData("// TO" + "DO: later", 1)]
    [InlineData("/* FIX" + "ME */", 1)]
    [InlineData("throw new NotImplemented" + "Exception();", 1)]
    [InlineData("var todos = 1;", 0)]
    public void Unfinished_work_is_found(string code, int violations) => Assert.Equal(violations, TidyRules.Unfinished(File("DeviceAgent/A.cs", code)).Count());

    [Fact]
    public void No_continuation_leaves_the_loop() => None(TidyRules.LostLoops);

    [Theory]
    [InlineData("DeviceAgent/A.cs", 1)]
    [InlineData("DeviceAgent.Platform/Sync/A.cs", 1)]
    [InlineData("DeviceAgent.Platform/Gateway/A.cs", 0)]
    public void A_continuation_that_leaves_the_loop_is_found(string path, int violations) =>
        Assert.Equal(violations, TidyRules.LostLoops(File(path, "await a.ConfigureAwait( false );")).Count());

    [Fact]
    public void Drivers_and_options_are_documented() => None(TidyRules.Undocumented);

    [Theory]
    [InlineData("DeviceAgent.Drivers/A.cs", "\npublic sealed class A { }", 1)]
    [InlineData("DeviceAgent.Drivers/A.cs", "\n/// <summary>A.</summary>\n[Flags]\npublic enum A { }", 0)]
    [InlineData("DeviceAgent.Drivers/A.cs", "\ninternal sealed class A { }", 0)]
    [InlineData("DeviceAgent.Drivers/A.cs", "\n/// <summary>A.</summary>\npublic partial class A { }\n\npublic partial class A { }", 0)]
    [InlineData("DeviceAgent/A.cs", "\npublic sealed class A { }", 0)]
    [InlineData("DeviceAgent/A.cs", "\npublic sealed record AOptions\n{\n    public int B { get; init; }\n}\n", 2)]
    [InlineData("DeviceAgent/A.cs", "\n/// <summary>A.</summary>\ninternal sealed record AOptions\n{\n    /// <summary>B.</summary>\n    public required int B { get; init; }\n    public int C { get; init; } = 5;\n}\npublic record D { public int E { get; } }", 1)]
    [InlineData("DeviceAgent.Platform/A.cs", "\n/// <summary>A.</summary>\n/// <param name=\"B\">s.</param>\npublic sealed record AOptions(int B, TimeSpan? C = null);\n", 1)]
    public void What_is_not_documented_is_found(string path, string code, int violations) => Assert.Equal(violations, TidyRules.Undocumented([File(path, code)]).Count());

    [Fact]
    public void No_log_event_shares_its_id() => None(TidyRules.WrongEventIds);

    [Theory]
    [InlineData("[LoggerMessage(1001, LogLevel.Error, \"a\")] [LoggerMessage(1002, LogLevel.Error, \"a\")]", 0)]
    [InlineData("[LoggerMessage(1001, LogLevel.Error, \"a\")] [LoggerMessage(EventId = 1001)]", 1)]
    [InlineData("[LoggerMessage(LogLevel.Error, \"a\")]", 1)]
    [InlineData("[LoggerMessage(2001, LogLevel.Error, \"a\")]", 1)]
    public void A_wrong_event_id_is_found(string code, int violations) => Assert.Equal(violations, TidyRules.WrongEventIds([File("DeviceAgent/Hosting/A.cs", code)]).Count());

    [Fact]
    public void No_file_tells_of_the_machine_that_it_was_written_on() => None(TidyRules.MachineTraces);

    [Theory]
    [InlineData("see /wo" + "rk/main", 1)]
    [InlineData("\"/ho" + "me/somebody/x\"", 1)]
    [InlineData("shared/" + "facts/serial.md", 1)]
    [InlineData("\"resolved\": \"http://nex" + "us.corp.example/npm/a.tgz\"", 1)]
    [InlineData("https://artifact" + "ory.example/api", 1)]
    [InlineData("https://regis" + "try.npm" + "js.org/a/-/a.tgz, /var/lib/work/x and src/work/y, https://eco.taobao.com/router/rest", 0)]
    public void A_trace_of_the_machine_is_found(string text, int violations) => Assert.Equal(violations, TidyRules.MachineTraces(File("a.json", text)).Count());
}
