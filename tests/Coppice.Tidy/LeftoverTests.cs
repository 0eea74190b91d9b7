using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>What should not have been left behind.</summary>
public sealed partial class LeftoverTests
{
    private static readonly string[] TextFiles = [".cs", ".csproj", ".props", ".md", ".yaml", ".json", ".slnx", ".txt", ".sh", ""];

    [Fact]
    public void Nothing_is_left_to_be_done_in_a_comment() =>
        AssertNoLine(Repository.Code, Promise());

    [Fact]
    public void No_code_is_commented_out() =>
        AssertNoLine(Repository.Code, CommentedOut());

    [Fact]
    public void No_path_of_one_machine_and_no_package_registry_is_named() =>
        AssertNoLine(Repository.Files.Where(file => TextFiles.Contains(Path.GetExtension(file)) && !file.StartsWith("tests/Coppice.Tidy/", StringComparison.Ordinal)), Machine());

    [Fact]
    public void Names_say_something() =>
        Findings.AssertNone(Repository.Code.Where(file => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(file))));

    [Fact]
    public void No_file_is_empty() =>
        Findings.AssertNone(Repository.Files.Where(file => new FileInfo(Path.Combine(Repository.Root, file)).Length == 0));

    [Fact]
    public void Every_file_of_code_belongs_to_a_project_and_every_project_to_the_solution()
    {
        var folders = Repository.Projects.Select(project => Path.GetDirectoryName(project)! + "/").ToList();
        Findings.AssertNone(Repository.Code.Where(file => !folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))));
        var solution = Repository.Text("Coppice.slnx");
        // The example applications are built into images, by a build of their own.
        Findings.AssertNone(Repository.Projects.Where(project => !solution.Contains(project, StringComparison.Ordinal) && !project.StartsWith("examples/images/apps/", StringComparison.Ordinal)));
    }

    private static void AssertNoLine(IEnumerable<string> files, Regex forbidden) =>
        Findings.AssertNone(
            from file in files
            let lines = Repository.Lines(file)
            from number in Enumerable.Range(0, lines.Length)
            where forbidden.IsMatch(lines[number])
            select $"{file}:{number + 1}: {lines[number].Trim()}");

    // Put together from halves, so that this file does not find itself.
    [GeneratedRegex("\\b(TO" + "DO|FIX" + "ME|HA" + "CK)\\b")]
    private static partial Regex Promise();

    [GeneratedRegex(@"^\s*//(?!/)\s*((var|if|return|await|public|private|internal|using|foreach|throw|new)\b.*[;{]|\w[\w.]*\([^)]*\);|[\w.]+ = .*;|[{}])\s*$")]
    private static partial Regex CommentedOut();

    [GeneratedRegex(@"(?<![\w.])/(work|home|root|Users)/|nuget\.org|npmjs\.|pypi\.org|crates\.io|proxy\.golang", RegexOptions.IgnoreCase)]
    private static partial Regex Machine();

    [GeneratedRegex("(Helpers?|Utils?|Manager|Impl|Misc|Common)$")]
    private static partial Regex EmptyName();
}
