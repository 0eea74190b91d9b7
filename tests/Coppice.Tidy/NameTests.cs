using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>A name means one thing: whoever searches for a type finds one.</summary>
public sealed partial class NameTests
{
    // Kubernetes has them in two groups.
    private static readonly string[] TwiceInKubernetes = ["EndpointPort", "Event", "EventSeries", "ResourceClaim", "ServiceReference", "Subject", "SubjectKind", "TokenRequest"];

    [Fact]
    public void No_two_types_have_one_name() =>
        Findings.AssertNone(
            from type in Repository.Code.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && !Version().IsMatch(file)).SelectMany(TypesIn)
            group type.File by type.Name into files
            where files.Select(Path.GetDirectoryName).Distinct().Count() > 1 && !TwiceInKubernetes.Contains(files.Key)
            select $"{files.Key} is in {string.Join(" and ", files)}");

    private static IEnumerable<(string Name, string File)> TypesIn(string file) =>
        Type().Matches(Repository.Text(file)).Select(match => (match.Groups[1].Value, file)).Distinct();

    // A newer version of a group has the names of the older one.
    [GeneratedRegex(@"^src/Coppice\.Objects/\w+/V\d\w*/")]
    private static partial Regex Version();

    // Only what stands at the margin: what is nested is named with its owner.
    [GeneratedRegex(@"^(?:public |internal |file )?(?:(?:static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|record struct|record|struct|interface|enum) ([A-Za-z_]\w*)", RegexOptions.Multiline)]
    private static partial Regex Type();
}
