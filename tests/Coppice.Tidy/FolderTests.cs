using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>
/// The folders of a project know each other in one direction, so that each can be understood by what is below it. The root of a project
/// is left out: there its story is told, which knows all. Who uses what is read from the names of types and of extension methods, as
/// far as a file can see them: without a compiler, and so with a little doubt.
/// </summary>
public sealed partial class FolderTests
{
    // What may stand before a type. After any other word, a name is a member's or a variable's own.
    private static readonly HashSet<string> BeforeTypes = new(StringComparer.Ordinal)
    {
        "abstract", "and", "as", "async", "await", "base", "case", "const", "else", "event", "explicit", "extern", "file", "implicit", "in", "init", "internal",
        "is", "new", "not", "operator", "or", "out", "override", "params", "partial", "private", "protected", "public", "readonly", "ref", "required",
        "return", "scoped", "sealed", "static", "struct", "this", "throw", "unsafe", "using", "virtual", "volatile", "where", "yield",
    };

    [Fact]
    public void Folders_of_a_project_know_each_other_in_one_direction()
    {
        var circles = Repository.Projects.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .Select(project => Path.GetDirectoryName(project)!)
            .Select(root => (Project: Path.GetFileName(root), Circle: FindCircle(UsesBetweenFolders(root))))
            .Where(one => one.Circle is not null);
        Findings.AssertNone(circles.Select(one => $"{one.Project}: {one.Circle}"));
    }

    /// <summary>For each folder the folders that it uses, each with an example.</summary>
    private static SortedDictionary<string, SortedDictionary<string, string>> UsesBetweenFolders(string root)
    {
        var files = Repository.Code.Where(file => file.StartsWith(root + "/", StringComparison.Ordinal)).Select(file => new SourceFile(root, file)).ToList();
        var types = files.SelectMany(file => file.Types.Select(name => (name, file))).ToLookup(one => one.name, one => one.file, StringComparer.Ordinal);
        var extensions = files.SelectMany(file => file.Extensions.Select(name => (name, file))).ToLookup(one => one.name, one => one.file, StringComparer.Ordinal);
        var uses = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var file in files.Where(file => file.Folder.Length > 0))
        {
            foreach (var (name, target) in Targets(file, types, extensions))
            {
                if (target.Folder.Length > 0 && target.Folder != file.Folder)
                {
                    uses.TryAdd(file.Folder, new(StringComparer.Ordinal));
                    uses[file.Folder].TryAdd(target.Folder, $"{Path.GetFileName(file.Path)} uses {name}");
                }
            }
        }

        return uses;
    }

    private static IEnumerable<(string Name, SourceFile Target)> Targets(SourceFile file, ILookup<string, SourceFile> types, ILookup<string, SourceFile> extensions)
    {
        for (var i = 0; i < file.Tokens.Count; i++)
        {
            var (name, before, after) = (file.Tokens[i], file.TokenAt(i - 1), file.TokenAt(i + 1));
            var qualifier = before == "." ? file.TokenAt(i - 2) : null;
            if (types.Contains(name) && IsType(before, after))
            {
                var seen = types[name].Where(target => qualifier is null ? file.Sees(target) : target.Namespace.EndsWith("." + qualifier, StringComparison.Ordinal)).ToList();
                if (seen.Count > 0 && !seen.Exists(target => target.Folder == file.Folder))
                {
                    yield return (name, seen.MaxBy(target => target.Namespace.Length)!);
                }
            }

            if (before == "." && after == "(" && extensions[name].ToList() is [var only] && file.Sees(only))
            {
                yield return ($"{name}()", only);
            }
        }
    }

    private static bool IsType(string before, string after) =>
        before == "." || (after is not ("=" or "=>") && before is not ("]" or "?" or ">") && (!IsWord(before) || BeforeTypes.Contains(before)));

    private static bool IsWord(string token) => token.Length > 0 && (char.IsLetter(token[0]) || token[0] == '_');

    /// <summary>One circle in words, edge by edge; null if there is none.</summary>
    private static string? FindCircle(SortedDictionary<string, SortedDictionary<string, string>> uses)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        return uses.Keys.Select(Visit).FirstOrDefault(circle => circle is not null);

        string? Visit(string folder)
        {
            if (path.IndexOf(folder) is >= 0 and var start)
            {
                var circle = path[start..].Append(folder).ToList();
                return string.Join("; ", circle.Zip(circle.Skip(1), (a, b) => $"{a} → {b} ({uses[a][b]})"));
            }

            if (done.Contains(folder) || !uses.TryGetValue(folder, out var used))
            {
                return null;
            }

            path.Add(folder);
            var found = used.Keys.Select(Visit).FirstOrDefault(circle => circle is not null);
            path.RemoveAt(path.Count - 1);
            done.Add(folder);
            return found;
        }
    }

    /// <summary>A file of code, without its comments and texts.</summary>
    private sealed class SourceFile
    {
        private readonly HashSet<string> _usings;

        public SourceFile(string root, string path)
        {
            var text = Unread().Replace(Repository.Text(path), "");
            Path = path;
            Folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetRelativePath(root, path))!;
            Namespace = NamespaceLine().Match(text).Groups[1].Value;
            _usings = [.. UsingLine().Matches(text).Select(match => match.Groups[1].Value)];
            Types = [.. TypeLine().Matches(text).Select(match => match.Groups[1].Value)];
            Extensions = [.. Extension().Matches(text).Select(match => match.Groups[1].Value)];
            Tokens = [.. Token().Matches(UsingLine().Replace(NamespaceLine().Replace(text, ""), "")).Select(match => match.Value)];
        }

        public string Path { get; }

        /// <summary>From the project's; empty for its root.</summary>
        public string Folder { get; }

        public string Namespace { get; }

        public IReadOnlyList<string> Types { get; }

        public IReadOnlyList<string> Extensions { get; }

        public List<string> Tokens { get; }

        public string TokenAt(int index) => index >= 0 && index < Tokens.Count ? Tokens[index] : "";

        public bool Sees(SourceFile other) =>
            other.Namespace == Namespace || Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal) || _usings.Contains(other.Namespace);
    }

    // Comments, and texts without what is filled into them.
    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$*"{3,}.*?"{3,}|@?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex Unread();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^(?:(?:public|internal|file|static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>\[\]?,. ]+?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"\bstatic [\w<>\[\]?,. ()]+? (\w+)(?:<[\w, ]+>)?\(this ")]
    private static partial Regex Extension();

    [GeneratedRegex(@"[A-Za-z_]\w*|=>|==|[^\s\w]")]
    private static partial Regex Token();
}
