using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>What grows with Kubernetes grows in few places, which CONTRIBUTING.md names.</summary>
public sealed partial class ContributingTests
{
    private const int PlacesMax = 4;

    private static readonly string[] Growing = ["a kind", "a subresource", "a controller", "a volume", "an option"];

    /// <summary>The sections by what is added, each with its numbered places.</summary>
    private static readonly Dictionary<string, List<string>> Sections = Section().Matches(Repository.Text("CONTRIBUTING.md"))
        .ToDictionary(match => match.Groups[1].Value, match => Place().Matches(match.Groups[2].Value).Select(place => place.Value).ToList(), StringComparer.Ordinal);

    [Fact]
    public void What_grows_has_a_section_with_its_places() =>
        Findings.AssertNone(Growing.Where(what => Sections.GetValueOrDefault(what) is not { Count: > 0 }).Select(what => $"CONTRIBUTING.md does not say at which places {what} is added"));

    [Fact]
    public void Nothing_is_added_at_more_than_four_places() =>
        Findings.AssertNone(Sections.Where(one => one.Value.Count > PlacesMax).Select(one => $"adding {one.Key} takes {one.Value.Count} places"));

    [GeneratedRegex(@"^## Adding ([^\n]+)\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.Multiline)]
    private static partial Regex Place();
}
