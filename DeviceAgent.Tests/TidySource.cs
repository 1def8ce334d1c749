using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DeviceAgent.Tests;

/// <summary>A tracked file. C# also as code alone: comments and the text of literals are blanks of the same length.</summary>
internal sealed partial record TidySource(string Path, string Text)
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "artifacts", "TestResults", ".git", ".vs", ".idea", "BenchmarkDotNet.Artifacts"];
    private static readonly string[] TextFiles =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".sh", ".yml", ".yaml", ".xml", ".service", ".conf", ".rules", ".js", ".mjs", ".html", ".css", ".txt", ""];

    private string? _code;

    public string Code => _code ??= IsCSharp ? CodeAlone(Text) : Text;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>The first folder: the project.</summary>
    public string Project => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>The second folder; empty for a file of the project itself.</summary>
    public string Folder => Path.Split('/') is [_, var folder, _, ..] ? folder : "";

    public int LineOf(int at) => 1 + Text.AsSpan(0, at).Count('\n');

    public string At(int at, string what) => $"{Path}:{LineOf(at)}: {what}";

    /// <summary>Every text file of the repository, as a fresh clone has it.</summary>
    public static IReadOnlyList<TidySource> Repository { get; } = Read(Root());

    private static List<TidySource> Read(string root)
    {
        var files = new List<TidySource>();
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            foreach (var below in Directory.GetDirectories(folder))
            {
                if (!NotOurs.Contains(System.IO.Path.GetFileName(below))) folders.Push(below);
            }
            foreach (var file in Directory.GetFiles(folder))
            {
                if (TextFiles.Contains(System.IO.Path.GetExtension(file)) && !file.EndsWith(".user", StringComparison.Ordinal))
                    files.Add(new(System.IO.Path.GetRelativePath(root, file), File.ReadAllText(file)));
            }
        }
        return files;
    }

    // Deterministic builds make the compiler's paths virtual: the root is looked for upwards from the test binary then.
    internal static string Root([CallerFilePath] string path = "")
    {
        foreach (var start in new[] { System.IO.Path.GetDirectoryName(path)!, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(System.IO.Path.Combine(folder.FullName, "DeviceAgent.sln"))) return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException("The sources are not beside the tests.");
    }

    /// <summary>Members with a body, with the lines from the first of the signature to the last of the body.</summary>
    /// <remarks>Types and namespaces are walked through; attributes, field initialisers and enums are not counted.</remarks>
    public IEnumerable<(string Header, int Line, int Lines)> Members()
    {
        var code = Code;
        var start = 0;
        var parentheses = 0;
        for (var i = 0; i < code.Length; i++)
        {
            var c = code[i];
            if (c is '(' or '[') parentheses++;
            else if (c is ')' or ']') parentheses--;
            if (parentheses > 0 || c is not ('{' or '}' or ';' or '=')) continue;
            if (c is '}' or ';')
            {
                start = i + 1;
                continue;
            }
            var header = Attributes().Replace(code[start..i], m => new string(' ', m.Length));
            if (c == '=' && OperatorName().IsMatch(header)) continue; // "operator ==", its second sign too
            if (c == '{' && TypeHeader().Match(header) is { Success: true } type && type.Groups[1].Value != "enum")
            {
                start = i + 1;
                continue;
            }
            var isExpression = c == '=' && i + 1 < code.Length && code[i + 1] == '>';
            var end = c == '{' ? EndOf(code, i) : StatementEnd(code, i);
            var first = start + header.Length - header.TrimStart().Length;
            if ((c == '{' || isExpression) && !TypeHeader().IsMatch(header)) yield return (header.Trim(), LineOf(first), LineOf(end) - LineOf(first) + 1);
            i = end;
            start = end + 1;
        }
    }

    /// <summary>The top-level arguments of a call whose parenthesis opens at <paramref name="open"/>, as code.</summary>
    public IReadOnlyList<string> Arguments(int open)
    {
        var arguments = new List<string>();
        var from = open + 1;
        var depth = 0;
        for (var i = open; i < Code.Length; i++)
        {
            if (Code[i] is '(' or '[' or '{') depth++;
            else if (Code[i] is ')' or ']' or '}') depth--;
            if (depth != 0 && !(depth == 1 && Code[i] == ',')) continue;
            var argument = Code[from..i];
            if (arguments.Count > 0 || !string.IsNullOrWhiteSpace(argument) || depth == 1) arguments.Add(argument);
            from = i + 1;
            if (depth == 0) break;
        }
        return arguments;
    }

    private static int EndOf(string code, int open)
    {
        var depth = 0;
        for (var i = open; i < code.Length; i++)
        {
            if (code[i] == '{') depth++;
            else if (code[i] == '}' && --depth == 0) return i;
        }
        return code.Length - 1;
    }

    private static int StatementEnd(string code, int from)
    {
        var depth = 0;
        for (var i = from; i < code.Length; i++)
        {
            if (code[i] is '{' or '(' or '[') depth++;
            else if (code[i] is '}' or ')' or ']') depth--;
            else if (code[i] == ';' && depth <= 0) return i;
        }
        return code.Length - 1;
    }

    [GeneratedRegex(@"\A\s*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*)+")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\boperator\s*[=!<>]*\z")]
    private static partial Regex OperatorName();

    [GeneratedRegex(@"\A\s*(?:(?:public|internal|private|protected|static|sealed|abstract|partial|readonly|ref|file|unsafe|new)\s+)*(class|struct|interface|record|namespace|enum)\b")]
    private static partial Regex TypeHeader();

    /// <summary>Blanks comments and the text of literals; the holes of interpolated strings are code and stay.</summary>
    internal static string CodeAlone(string text)
    {
        var code = text.ToCharArray();
        Blank(text, code, 0, inHole: false);
        return new string(code);
    }

    // Returns where it stopped: the end, or the brace that closes the hole.
    private static int Blank(string text, char[] code, int i, bool inHole)
    {
        var depth = 0;
        while (i < text.Length)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("//")) i = Erase(text, code, i, End(text, i, "\n", 0));
            else if (rest.StartsWith("/*")) i = Erase(text, code, i, End(text, i + 2, "*/", 2));
            else if (Directive().IsMatch(text, i)) i = Erase(text, code, i, End(text, i, "\n", 0));
            else if (CharLiteral().Match(text, i) is { Success: true } literal) i = Erase(text, code, i, i + literal.Length);
            else if (StringStart().Match(text, i) is { Success: true } opening) i = BlankString(text, code, i, opening);
            else
            {
                if (text[i] == '{') depth++;
                else if (text[i] == '}' && depth-- == 0 && inHole) return i;
                i++;
            }
        }
        return i;
    }

    private static int BlankString(string text, char[] code, int at, Match opening)
    {
        var prefix = opening.Groups[1].Value;
        var verbatim = prefix.Contains('@', StringComparison.Ordinal);
        var quotes = verbatim ? 1 : opening.Groups[2].Length;
        var braces = prefix.Count(c => c == '$');
        var i = Erase(text, code, at, at + prefix.Length + quotes);
        if (quotes == 2) return i; // the empty string
        while (i < text.Length)
        {
            if (text[i] == '"')
            {
                var run = Run(text, i, '"');
                if (verbatim && run > 1) i = Erase(text, code, i, i + 2);
                else if (quotes == 1 || run >= quotes) return Erase(text, code, i, i + quotes);
                else i = Erase(text, code, i, i + run);
            }
            else if (text[i] == '\\' && quotes == 1 && !verbatim) i = Erase(text, code, i, i + 2);
            else if (braces > 0 && text[i] == '{')
            {
                var run = Run(text, i, '{');
                // Of a regular string "{{" is a brace; of a raw one fewer braces than dollars are text.
                if (quotes == 1 ? run % 2 == 0 : run < braces) i = Erase(text, code, i, i + run);
                else
                {
                    i = Blank(text, code, Erase(text, code, i, i + run), inHole: true);
                    i = Erase(text, code, i, i + (quotes == 1 ? 1 : braces));
                }
            }
            else i = Erase(text, code, i, i + 1);
        }
        return i;
    }

    private static int Run(string text, int i, char c)
    {
        var n = 0;
        while (i + n < text.Length && text[i + n] == c) n++;
        return n;
    }

    private static int End(string text, int from, string mark, int past)
    {
        var end = text.IndexOf(mark, Math.Min(from, text.Length), StringComparison.Ordinal);
        return end < 0 ? text.Length : end + past;
    }

    private static int Erase(string text, char[] code, int from, int to)
    {
        to = Math.Min(to, text.Length);
        for (var i = from; i < to; i++)
        {
            if (text[i] != '\n') code[i] = ' ';
        }
        return to;
    }

    [GeneratedRegex(@"\G(?<=(?:\A|\n)[ \t]*)#")]
    private static partial Regex Directive();

    [GeneratedRegex(@"\G'(?:\\[^\n]{1,9}?|[^\\'\n])'")]
    private static partial Regex CharLiteral();

    [GeneratedRegex("""\G([$@]*)("{3,}|"{1,2})""")]
    private static partial Regex StringStart();
}
