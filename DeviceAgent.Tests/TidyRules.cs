using System.Globalization;
using System.Text.RegularExpressions;

namespace DeviceAgent.Tests;

/// <summary>House rules that no analyzer sees. Each is a function from sources to violations, so that a bad sample can show that it bites.</summary>
internal static partial class TidyRules
{
    private const int MaxMethodLines = 70;
    private const int MaxFileLines = 600;

    private static readonly string[] Product = ["DeviceAgent", "DeviceAgent.Platform", "DeviceAgent.Drivers", "DeviceAgent.Simulator", "DeviceAgent.Relay"];

    /// <summary>What each folder of the worker may use; DESIGN, "The house".</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Hosting"] = ["Technician", "Updates", "Issuance", "Devices", "Journal", "Tickets", "Orders"],
        ["Technician"] = ["Updates", "Issuance", "Devices", "Journal", "Tickets", "Orders"],
        ["Updates"] = ["Issuance", "Devices", "Journal", "Tickets", "Orders"],
        ["Devices"] = ["Issuance", "Journal", "Tickets", "Orders"],
        ["Issuance"] = ["Journal", "Tickets", "Orders"],
        ["Journal"] = ["Orders"],
        ["Tickets"] = ["Orders"],
        ["Orders"] = [],
    };

    /// <summary>First event id of a folder or project; the range is 1,000 wide.</summary>
    private static readonly Dictionary<string, int> EventIds = new()
    {
        ["Hosting"] = 1000,
        ["Devices"] = 2000,
        ["DeviceAgent.Drivers"] = 2000,
        ["Issuance"] = 3000,
        ["Journal"] = 4000,
        ["DeviceAgent.Platform"] = 5000,
        ["Technician"] = 6000,
    };

    /// <summary>Tests that may wait by the wall clock, with the reason. None so far: wait for an event with a time limit.</summary>
    private static readonly Dictionary<string, string> MayWait = [];

    public static IEnumerable<string> LongMethods(TidySource file) => !file.IsCSharp ? [] :
        file.Members().Where(m => m.Lines > MaxMethodLines).Select(m => $"{file.Path}:{m.Line}: {m.Lines} lines, {MaxMethodLines} are allowed");

    public static IEnumerable<string> LongFiles(TidySource file)
    {
        var lines = file.Text.Count(c => c == '\n');
        if (file.IsCSharp && lines > MaxFileLines) yield return $"{file.Path}: {lines} lines, {MaxFileLines} are allowed";
    }

    /// <summary>Time comes from a TimeProvider, or the seeded world is not the real one.</summary>
    public static IEnumerable<string> ClocksOfTheirOwn(TidySource file)
    {
        if (!file.IsCSharp) yield break;
        if (Product.Contains(file.Project))
        {
            foreach (Match clock in WallClock().Matches(file.Code)) yield return file.At(clock.Index, $"{clock.Value} instead of a TimeProvider");
            foreach (Match timer in SystemTimer().Matches(file.Code))
            {
                // One argument is a time without a clock, unless it is a lone CancellationTokenSource().
                if (file.Arguments(timer.Index + timer.Length - 1) is [_]) yield return file.At(timer.Index, $"{timer.Value}…) without a TimeProvider");
            }
        }
        else if (file.Project != "DeviceAgent.Tests" || MayWait.ContainsKey(file.Path)) yield break;
        foreach (Match sleep in Sleep().Matches(file.Code)) yield return file.At(sleep.Index, sleep.Value);
        foreach (Match delay in Delay().Matches(file.Code))
        {
            if (file.Arguments(delay.Index + delay.Length - 1) is not [_, var clock, ..] || !ClockName().IsMatch(clock)) yield return file.At(delay.Index, "Task.Delay without a TimeProvider");
        }
    }

    public static IEnumerable<string> WrongArrows(IReadOnlyList<TidySource> files)
    {
        var types = files.Where(f => f.Project == "DeviceAgent" && f.IsCSharp && f.Folder.Length > 0)
            .SelectMany(f => TypeDeclaration().Matches(f.Code).Select(m => $"{f.Folder}.{m.Groups[2].Value}")).ToHashSet();
        return files.Where(f => f.IsCSharp && Product.Contains(f.Project)).SelectMany(f => WrongArrows(f, types));
    }

    private static IEnumerable<string> WrongArrows(TidySource file, HashSet<string> types)
    {
        var declared = Namespace().Match(file.Code);
        var home = file.Project == "DeviceAgent" && file.Folder.Length > 0 ? $"DeviceAgent.{file.Folder}" : file.Project;
        if (declared.Success && declared.Groups[1].Value != home && !declared.Groups[1].Value.StartsWith(home + ".", StringComparison.Ordinal))
            yield return file.At(declared.Index, $"namespace {declared.Groups[1].Value} outside {home}");
        foreach (Match reference in Reference().Matches(file.Code))
        {
            var target = reference.Groups[1].Value;
            if (declared.Success && reference.Index >= declared.Index && reference.Index < declared.Index + declared.Length) continue;
            if (!MayUse(file, target)) yield return file.At(reference.Index, $"{home} uses DeviceAgent.{target}");
        }
        // Within the worker a namespace can be named by its last part.
        if (file.Project != "DeviceAgent") yield break;
        foreach (Match reference in ShortReference().Matches(file.Code))
        {
            if (types.Contains(reference.Value) && !MayUse(file, reference.Groups[1].Value)) yield return file.At(reference.Index, $"{home} uses {reference.Value}");
        }
    }

    private static bool MayUse(TidySource file, string target)
    {
        if (file.Project != "DeviceAgent") return target == file.Project["DeviceAgent.".Length..] || (file.Project == "DeviceAgent.Relay" && target == "Platform");
        if (target is "Platform" or "Drivers") return true;
        return file.Folder.Length == 0 ? Arrows.ContainsKey(target) : target == file.Folder || (Arrows.TryGetValue(file.Folder, out var allowed) && allowed.Contains(target));
    }

    public static IEnumerable<string> WrongProjectReferences(TidySource file)
    {
        if (!file.Path.EndsWith(".csproj", StringComparison.Ordinal)) yield break;
        foreach (Match reference in ProjectReference().Matches(file.Text))
        {
            var target = reference.Groups[1].Value;
            var allowed = file.Project switch
            {
                "DeviceAgent" => target is "DeviceAgent.Platform" or "DeviceAgent.Drivers",
                "DeviceAgent.Platform" or "DeviceAgent.Drivers" => false,
                "DeviceAgent.Simulator" => target == "DeviceAgent" && reference.Value.Contains("ReferenceOutputAssembly=\"false\"", StringComparison.Ordinal),
                "DeviceAgent.Relay" => target == "DeviceAgent.Platform",
                _ => true,
            };
            if (!allowed) yield return file.At(reference.Index, $"reference to {target}");
        }
    }

    public static IEnumerable<string> EmptyNames(TidySource file) => !file.IsCSharp ? [] :
        TypeDeclaration().Matches(file.Code).Where(m => SaysNothing().IsMatch(m.Groups[2].Value)).Select(m => file.At(m.Index, $"{m.Groups[2].Value}: what does it know?"));

    public static IEnumerable<string> Unfinished(TidySource file) => !file.IsCSharp ? [] :
        UnfinishedWork().Matches(file.Text).Select(m => file.At(m.Index, m.Value));

    /// <summary>Continuations of the loop stay on the loop.</summary>
    public static IEnumerable<string> LostLoops(TidySource file) =>
        !file.IsCSharp || !(file.Project == "DeviceAgent" || file.Path.StartsWith("DeviceAgent.Platform/Sync/", StringComparison.Ordinal)) ? [] :
        LeavesTheLoop().Matches(file.Code).Select(m => file.At(m.Index, m.Value));

    public static IEnumerable<string> Undocumented(IReadOnlyList<TidySource> files)
    {
        var product = files.Where(f => f.IsCSharp && Product.Contains(f.Project)).ToList();
        var types = product.Where(f => f.Project == "DeviceAgent.Drivers").SelectMany(f => PublicType().Matches(f.Code).Select(m => (File: f, Match: m)));
        // One part of a partial type speaks for all.
        var silent = types.GroupBy(t => t.Match.Groups[1].Value).Where(parts => !parts.Any(p => HasDocumentation(p.File, p.Match.Index)));
        return silent.Select(parts => parts.First().File.At(parts.First().Match.Index, $"public {parts.Key} without a doc comment")).Concat(product.SelectMany(UndocumentedOptions));
    }

    private static IEnumerable<string> UndocumentedOptions(TidySource file)
    {
        foreach (Match options in OptionsRecord().Matches(file.Code))
        {
            if (!HasDocumentation(file, options.Index)) yield return file.At(options.Index, $"{options.Groups[1].Value} without a doc comment");
            var rest = file.Code.AsSpan(options.Index + options.Length).TrimStart();
            if (rest.StartsWith("("))
            {
                foreach (var parameter in file.Arguments(file.Code.IndexOf('(', options.Index)))
                {
                    var name = LastWord().Match(parameter.Split('=')[0]).Value;
                    if (!file.Text.Contains($"<param name=\"{name}\">", StringComparison.Ordinal)) yield return file.At(options.Index, $"{options.Groups[1].Value}.{name} without a doc comment");
                }
            }
            var open = file.Code.IndexOfAny(['{', ';'], options.Index);
            if (open < 0 || file.Code[open] == ';') continue;
            foreach (Match property in PublicProperty().Matches(BodyAt(file.Code, open)))
            {
                if (!HasDocumentation(file, open + property.Index)) yield return file.At(open + property.Index, $"{options.Groups[1].Value}.{property.Groups[1].Value} without a doc comment");
            }
        }
    }

    private static string BodyAt(string code, int open)
    {
        var depth = 0;
        for (var i = open; i < code.Length; i++)
        {
            if (code[i] == '{') depth++;
            else if (code[i] == '}' && --depth == 0) return code[open..i];
        }
        return code[open..];
    }

    private static bool HasDocumentation(TidySource file, int at)
    {
        var above = file.Text[..at].Split('\n')[..^1].Reverse().Select(l => l.Trim()).SkipWhile(l => l.StartsWith('[') || l.EndsWith(']'));
        return above.FirstOrDefault() is { } line && line.StartsWith("///", StringComparison.Ordinal);
    }

    public static IEnumerable<string> WrongEventIds(IReadOnlyList<TidySource> files)
    {
        var seen = new Dictionary<int, string>();
        foreach (var file in files.Where(f => f.IsCSharp && Product.Contains(f.Project)))
        {
            foreach (Match log in LogMessage().Matches(file.Code))
            {
                var first = EventIds.GetValueOrDefault(file.Project == "DeviceAgent" ? file.Folder : file.Project);
                if (!int.TryParse(log.Groups[1].Value, CultureInfo.InvariantCulture, out var id)) yield return file.At(log.Index, "a log event without an id");
                else if (!seen.TryAdd(id, file.At(log.Index, ""))) yield return file.At(log.Index, $"id {id} is taken: {seen[id]}");
                else if (first != 0 && (id < first || id >= first + 1000)) yield return file.At(log.Index, $"id {id} is outside {first} to {first + 999}");
            }
        }
    }

    /// <summary>Nothing of the machine that it was written on.</summary>
    public static IEnumerable<string> MachineTraces(TidySource file) =>
        MachinePath().Matches(file.Text).Concat(RegistryHost().Matches(file.Text)).Select(m => file.At(m.Index, m.Value.Trim()));

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Now|UtcNow|Today)\b|\bStopwatch\b|\bEnvironment\.TickCount(?:64)?\b|\bSystem\.Timers\b|\bnew\s+Timer\s*\(")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bnew\s+(?:PeriodicTimer|CancellationTokenSource)\s*\(")]
    private static partial Regex SystemTimer();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\bTask\.Delay\s*\(")]
    private static partial Regex Delay();

    [GeneratedRegex(@"(?i)(?:time|provider|clock)\s*\z|TimeProvider")]
    private static partial Regex ClockName();

    [GeneratedRegex(@"\bnamespace\s+([\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bDeviceAgent\.(\w+)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"(?<![\w.])(Hosting|Technician|Updates|Issuance|Devices|Journal|Tickets|Orders)\.[A-Z]\w*")]
    private static partial Regex ShortReference();

    [GeneratedRegex("""<ProjectReference[^>]*?/([\w.]+)\.csproj"[^>]*>""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+([A-Z_]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("(?:Manager|Helper|Util|Utility|Utilitie|Service|Processor)s?$")]
    private static partial Regex SaysNothing();

    [GeneratedRegex(@"\b(?:TO(?:)DO|FIX(?:)ME|NotImplemented(?:)Exception)\b")]
    private static partial Regex UnfinishedWork();

    [GeneratedRegex(@"\bConfigureAwait\s*\(\s*(?:continueOnCapturedContext:\s*)?false\s*\)")]
    private static partial Regex LeavesTheLoop();

    [GeneratedRegex(@"(?<=\n)[ \t]*public\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*(?:class|struct|interface|enum|delegate|record(?:\s+(?:class|struct))?)\s+(\w+)")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"(?<=\n)[ \t]*(?:(?:public|internal|sealed|abstract|partial|readonly)\s+)*record(?:\s+(?:class|struct))?\s+(\w+Options)\b")]
    private static partial Regex OptionsRecord();

    [GeneratedRegex(@"(?<=\n)[ \t]*public\s+[^(;={}]*?(\w+)\s*(?:\{|=>)")]
    private static partial Regex PublicProperty();

    [GeneratedRegex(@"\w+\s*\z")]
    private static partial Regex LastWord();

    [GeneratedRegex(@"\bLoggerMessage\s*\(\s*(?:EventId\s*=\s*)?(\d*)")]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"(?<![\w.:/])/(?:work|root|tmp/h|home/\w+|Users/\w+)/|\bshared/(?:)facts\b|[A-Z]:\\\\?Users\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://(?!registry\.npmjs\.org/|api\.nuget\.org/|www\.nuget\.org/)[^\s""'/]*(?:artifactory|nexus|jfrog|registry|nuget|npm|pkgs|mirror)[^\s""'/]*|(?i:artifactory)(?=[/.:])")]
    private static partial Regex RegistryHost();
}
