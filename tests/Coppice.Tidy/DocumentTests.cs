using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>Documents stay true: what they name is there, and they can be found.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Every_path_that_a_document_names_exists() =>
        Findings.AssertNone(
            from document in Repository.Documents
            from path in PathsIn(document)
            where !Repository.Exists(path) && !Repository.Exists(Path.Combine(Path.GetDirectoryName(document)!, path))
            select $"{document} names {path}");

    [Fact]
    public void Every_page_that_code_names_exists() =>
        Findings.AssertNone(
            from file in Repository.Code.Where(file => !file.StartsWith("tests/Coppice.Tidy/", StringComparison.Ordinal))
            from Match page in Page().Matches(Repository.Text(file))
            where !Repository.Exists(page.Value)
            select $"{file} names {page.Value}");

    [Fact]
    public void Every_page_is_found_from_the_architecture()
    {
        var architecture = Repository.Text("ARCHITECTURE.md");
        Findings.AssertNone(Repository.Documents.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && !architecture.Contains(page, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_spine_is_there()
    {
        string[] spine =
        [
            "src/Coppice/Program.cs",
            "src/Coppice/Composition/Cluster.cs",
            "src/Coppice.Objects/Kinds/BuiltInKinds.cs",
            "src/Coppice.Store/IRevisionStore.cs",
            "src/Coppice.ApiServer/RequestPipeline.cs",
            "src/Coppice.ApiServer/Writes/WritePipeline.cs",
            "src/Coppice.Client/IApiClient.cs",
            "src/Coppice.Controllers/ControllerSet.cs",
            "src/Coppice.Scheduler/SchedulingLoop.cs",
            "src/Coppice.Network/ServiceNetworkLoop.cs",
        ];
        Findings.AssertNone(spine.Where(file => !Repository.Exists(file)));
        var architecture = Repository.Text("ARCHITECTURE.md");
        Findings.AssertNone(spine.Where(file => !architecture.Contains(file, StringComparison.Ordinal)));
    }

    // Links, and what is set as code and looks like a path from the root; names in capitals stand for something else.
    private static IEnumerable<string> PathsIn(string document)
    {
        var text = Fenced().Replace(Repository.Text(document), "");
        return Link().Matches(text).Select(match => match.Groups[1].Value)
            .Concat(Code().Matches(text).Select(match => match.Groups[1].Value))
            .Concat(Markdown().Matches(text).Select(match => match.Value))
            .Where(path => !path.Contains("://", StringComparison.Ordinal) && !Placeholder().IsMatch(path))
            .Select(path => path.TrimEnd('/', '.', ','))
            .Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?:\./)?((?:src|tests|docs|examples|bench)/[^`\s]*)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w/.-])[\w./-]+\.md\b")]
    private static partial Regex Markdown();

    [GeneratedRegex(@"\bdocs/[\w/-]+\.md\b")]
    private static partial Regex Page();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"[*…{}<>]|(^|/)[A-Z]+(/|$)")]
    private static partial Regex Placeholder();
}
