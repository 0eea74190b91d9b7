using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>A kind is whole: whoever adds one finds out here what is missing.</summary>
public sealed partial class KindTests
{
    private const string Catalog = "src/Coppice.Objects/Kinds/BuiltInKinds.cs";
    private const string Served = "src/Coppice.ApiServer/Registry/BuiltInServedKinds.cs";
    private const string Folder = "src/Coppice.ApiServer/Kinds/";

    // The core group is named there only where another group's name stands in the way.
    private static readonly IReadOnlyList<string> Kinds =
        [.. Definition().Matches(Repository.Text(Catalog)).Select(match => match.Groups[1].Value.Replace("Core.", "").Replace(".", ""))];

    [Fact]
    public void Every_kind_is_served() =>
        Findings.AssertNone(Kinds.Where(kind => !Line(kind).IsMatch(Repository.Text(Served))).Select(kind => $"{Served} has no line for {kind}"));

    [Fact]
    public void Every_kind_has_its_strategy_and_its_table_beside_it() =>
        Findings.AssertNone(
            from kind in Kinds
            let file = Repository.Code.SingleOrDefault(path => path.StartsWith(Folder, StringComparison.Ordinal) && path.EndsWith($"/{kind}Kind.cs", StringComparison.Ordinal))
            from finding in file is null ? [$"{Folder} has no {kind}Kind.cs"] : Missing(kind, file)
            select finding);

    [Fact]
    public void There_are_kinds_to_look_at() => Assert.True(Kinds.Count > 10, $"found only {Kinds.Count} in {Catalog}");

    private static IEnumerable<string> Missing(string kind, string file)
    {
        var text = Repository.Text(file);
        var beside = Path.GetDirectoryName(file)!;
        foreach (Match part in Part().Matches(text))
        {
            var name = part.Groups[1].Value;
            if (!Repository.Exists($"{beside}/{name}.cs") && !Repository.Exists($"src/Coppice.ApiServer/Tables/{name}.cs"))
            {
                yield return $"{file} names {name}, which is not beside it";
            }
        }

        if (Part().Count(text) < 2)
        {
            yield return $"{file} does not say how {kind} is written and how it is printed";
        }
    }

    private static Regex Line(string kind) => new($@"^\s+{kind}Kind\.Served,", RegexOptions.Multiline);

    [GeneratedRegex(@"Define<([\w.]+)>\(""")]
    private static partial Regex Definition();

    [GeneratedRegex(@"new (\w+(?:Strategy|Table))\b")]
    private static partial Regex Part();
}
