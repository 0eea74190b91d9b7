using System.Globalization;
using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>Whatever is logged has a number that no other line has, in the thousand of its project.</summary>
public sealed partial class LogTests
{
    private static readonly Dictionary<string, int> Thousands = new()
    {
        ["Coppice"] = 1,
        ["Coppice.ApiServer"] = 2,
        ["Coppice.Node"] = 3,
        ["Coppice.Network"] = 4,
        ["Coppice.Controllers"] = 5,
        ["Coppice.Scheduler"] = 6,
        ["Coppice.Store"] = 7,
        ["Coppice.Client"] = 8,
        ["Coppice.Kubelet"] = 9,
        ["Coppice.Streaming"] = 10,
    };

    private static readonly List<(string File, string Project, string Id)> Lines =
    [
        .. from file in Repository.Code
           where file.StartsWith("src/", StringComparison.Ordinal)
           from Match declared in Declared().Matches(Repository.Text(file))
           select (file, file.Split('/')[1], declared.Groups[1].Value),
    ];

    [Fact]
    public void Every_line_has_a_number_of_its_project()
    {
        Assert.True(Lines.Count > 30, $"found only {Lines.Count}");
        Findings.AssertNone(
            from line in Lines
            where !int.TryParse(line.Id, CultureInfo.InvariantCulture, out var id) || id / 1000 != Thousands.GetValueOrDefault(line.Project)
            select $"{line.File}: \"{line.Id}\" is no number between {Thousands.GetValueOrDefault(line.Project)}001 and {Thousands.GetValueOrDefault(line.Project)}999");
    }

    [Fact]
    public void No_two_lines_have_one_number() =>
        Findings.AssertNone(
            from line in Lines
            group line.File by line.Id into same
            where same.Count() > 1
            select $"{same.Key}: {string.Join(", ", same)}");

    [Fact]
    public void Nothing_is_logged_but_by_a_declared_line() =>
        Findings.AssertNone(
            from file in Repository.Code
            where file.StartsWith("src/", StringComparison.Ordinal) && Undeclared().IsMatch(Repository.Text(file))
            select file);

    [GeneratedRegex(@"\[LoggerMessage\((?:(\d+), )?LogLevel")]
    private static partial Regex Declared();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(|\.Log\(LogLevel")]
    private static partial Regex Undeclared();
}
