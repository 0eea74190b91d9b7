using System.Text.RegularExpressions;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// What somebody types into a shell and sees, as a file of <c>Transcripts</c> has it. <c>$</c> begins a command, <c>new$</c> and
/// <c>old$</c> one for that kubectl alone; below it is all that it says, on both streams. The word <c>NS</c> is the namespace, in which kubectl
/// works and which is the first part of names outside of namespaces. <c>…</c> is anything in a line, and alone in a line any number of
/// lines. Spaces are as good as one. The shell's folder is empty at the beginning.
/// </summary>
internal sealed partial class Transcript
{
    private readonly List<(string Command, KubectlVersion? Only, List<string> Says)> _steps = [];

    private Transcript(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (Prompt().Match(line) is { Success: true } typed)
            {
                KubectlVersion? only = typed.Groups["who"].Value switch { "new" => KubectlVersion.Newest, "old" => KubectlVersion.Old, _ => null };
                _steps.Add((typed.Groups["command"].Value, only, []));
            }
            else
            {
                _steps[^1].Says.Add(line);
            }
        }
    }

    private static string Folder => Path.Combine(Repository.Root, "tests", "Coppice.Cluster", "Transcripts");

    /// <summary>The names of those that disturb nobody.</summary>
    public static IEnumerable<TheoryDataRow<string>> Commands =>
        Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal).Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file)));

    public static Transcript Of(string name) => new(File.ReadLines(Path.Combine(Folder, $"{name}.txt")));

    /// <summary>Types it all, and compares what is said.</summary>
    public async Task PlayAsync(TestNamespace ns, KubectlVersion version)
    {
        using var folder = new TemporaryDirectory();
        var shell = await ShellAsync(ns, version, folder);
        foreach (var (command, only, says) in _steps.Where(step => step.Only is null || step.Only == version))
        {
            var typed = Here().Replace(command, ns.Name);
            var result = await (shell with { Arguments = [.. shell.Arguments, typed] }).RunAsync();
            var expected = Plain(Here().Replace(string.Join('\n', says), ns.Name));
            var said = Plain(result.Output);
            Assert.True(Regex.IsMatch(said, Pattern(expected)), $"$ {typed}\nsaid\n{said}\n\ninstead of\n{expected}");
        }
    }

    private static async Task<Command> ShellAsync(TestNamespace ns, KubectlVersion version, TemporaryDirectory folder)
    {
        var kubectl = ns.Cluster.Kubectl.CommandFor(version);
        var programs = Directory.CreateDirectory(folder.File("bin")).FullName;
        var work = Directory.CreateDirectory(folder.File("work")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "kubectl"), kubectl.Arguments[^1]);
        File.CreateSymbolicLink(Path.Combine(programs, "helm"), Repository.Tool("helm"));
        File.Copy(kubectl.Environment["KUBECONFIG"]!, folder.File("kubeconfig"));
        var shell = ns.Cluster.Inside(new Command("sh", "-c", "exec 2>&1; eval \"$1\"", "sh")) with
        {
            WorkingDirectory = work,
            Environment = new Dictionary<string, string?>(kubectl.Environment)
            {
                ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}",
                ["KUBECONFIG"] = folder.File("kubeconfig"),
                ["TERM"] = "dumb",
            },
        };
        (await (shell with { Arguments = [.. shell.Arguments, $"kubectl config set-context --current --namespace {ns.Name}"] }).RunAsync()).OrThrow();
        return shell;
    }

    private static string Plain(string text) => string.Join('\n', text.Trim().Split('\n').Select(line => Spaces().Replace(line, " ").Trim()));

    private static string Pattern(string expected) => @"\A" + string.Concat(expected.Split('\n').Select(line => line == "…"
        ? @"(?:.*(?:\n|\z))*?"
        : Regex.Escape(line).Replace("…", ".*") + @"(?:\n|\z)")) + @"\z";

    [GeneratedRegex(@"^(?<who>new|old)?\$ (?<command>.*)$")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"\bNS\b")]
    private static partial Regex Here();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Spaces();
}
