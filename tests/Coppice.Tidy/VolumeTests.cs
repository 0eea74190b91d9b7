using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>Of every source that a volume may have, the node has the plug-in, or its page says that it has none.</summary>
public sealed partial class VolumeTests
{
    private const string Known = "src/Coppice.Objects/Core/Volume.cs";
    private const string Folder = "src/Coppice.Node/Volumes/";
    private const string List = Folder + "VolumePlugins.cs";
    private const string Page = "docs/node.md";

    private static readonly IReadOnlyList<string> Sources =
        [.. SourceField().Matches(Repository.Text(Known)).Select(match => char.ToLowerInvariant(match.Groups[1].Value[0]) + match.Groups[1].Value[1..])];

    private static readonly IReadOnlyList<string> Listed = [.. ListLine().Matches(Repository.Text(List)).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Every_plug_in_is_on_the_list_and_in_a_file_of_its_name()
    {
        var files = Repository.Code.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && PlugIn().IsMatch(Repository.Text(file))).ToList();
        Findings.AssertNone(files.Select(Path.GetFileNameWithoutExtension).Except(Listed).Select(name => $"{List} has no line for {name}"));
        Findings.AssertNone(Listed.Where(name => !files.Contains($"{Folder}{name}.cs")).Select(name => $"{Folder} has no {name}.cs"));
    }

    [Fact]
    public void Every_source_of_a_volume_has_its_plug_in_or_is_said_to_be_missing()
    {
        Assert.True(Sources.Count > 20, $"found only {Sources.Count} in {Known}");
        var served = Listed.Select(name => SourceName().Match(Repository.Text($"{Folder}{name}.cs")).Groups[1].Value).ToList();
        var missing = Name().Matches(Missing().Match(Repository.Text(Page)).Value).Select(match => match.Groups[1].Value).ToList();
        Findings.AssertNone(served.Except(Sources).Select(source => $"{Known} has no {source}"));
        Findings.AssertNone(Sources.Except(served).Except(missing).Select(source => $"{List} has no plug-in for {source}, and {Page} does not say so"));
        Findings.AssertNone(missing.Intersect(served).Select(source => $"{Page} says that there is no {source}, but there is"));
    }

    [GeneratedRegex(@"^    public \w+VolumeSource\? (\w+) \{", RegexOptions.Multiline)]
    private static partial Regex SourceField();

    [GeneratedRegex(@"^        new (\w+)\(.*\),$", RegexOptions.Multiline)]
    private static partial Regex ListLine();

    [GeneratedRegex(@"^internal sealed class \w+(?:\(.*\))? : IVolumePlugin\b", RegexOptions.Multiline)]
    private static partial Regex PlugIn();

    [GeneratedRegex(@"string Source => ""(\w+)"";")]
    private static partial Regex SourceName();

    // The part of the page that says what is not there.
    [GeneratedRegex(@"^## Not there yet\n.*?(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Name();
}
