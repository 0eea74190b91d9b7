using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>The direction in which the parts know each other, which is the direction of the flow in ARCHITECTURE.md.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Coppice.Objects.Generation"] = [],
        ["Coppice.Objects"] = ["Coppice.Objects.Generation"],
        ["Coppice.Store"] = [],
        ["Coppice.Streaming"] = [],
        ["Coppice.Cel"] = ["Coppice.Objects"],
        ["Coppice.Client"] = ["Coppice.Objects"],
        ["Coppice.Web"] = ["Coppice.Client"],
        ["Coppice.ApiServer"] = ["Coppice.Objects", "Coppice.Cel", "Coppice.Store", "Coppice.Client", "Coppice.Streaming", "Coppice.Web"],
        ["Coppice.Controllers"] = ["Coppice.Objects", "Coppice.Client"],
        ["Coppice.Scheduler"] = ["Coppice.Objects", "Coppice.Cel", "Coppice.Client"],
        ["Coppice.Network"] = ["Coppice.Objects", "Coppice.Client"],
        ["Coppice.Node"] = ["Coppice.Objects", "Coppice.Client", "Coppice.Streaming"],
        ["Coppice.Kubelet"] = ["Coppice.Objects", "Coppice.Cel", "Coppice.Client", "Coppice.Streaming", "Coppice.Node"],
        ["Coppice"] = ["Coppice.ApiServer", "Coppice.Controllers", "Coppice.Scheduler", "Coppice.Node", "Coppice.Kubelet", "Coppice.Network", "Coppice.Web"],
    };

    [Fact]
    public void Projects_refer_to_each_other_in_the_direction_of_the_flow()
    {
        var wrong = from project in Repository.Projects.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
                    let name = Path.GetFileNameWithoutExtension(project)
                    from Match reference in Reference().Matches(Repository.Text(project))
                    let other = reference.Groups[1].Value
                    where !Allowed.TryGetValue(name, out var allowed) || !allowed.Contains(other)
                    select $"{name} must not refer to {other}";
        Findings.AssertNone(wrong);
    }

    [Fact]
    public void Only_what_serves_HTTP_knows_the_web_framework()
    {
        string[] servers = ["Coppice.Web", "Coppice.ApiServer", "Coppice.Streaming", "Coppice.Kubelet", "Coppice"];
        Findings.AssertNone(
            from project in Repository.Projects.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            where Repository.Text(project).Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal)
            let name = Path.GetFileNameWithoutExtension(project)
            where !servers.Contains(name)
            select $"{name} must not refer to the web framework");
    }

    [Fact]
    public void Nobody_but_the_API_server_reaches_the_store()
    {
        string[] doors = ["src/Coppice.Store/", "src/Coppice.ApiServer/", "src/Coppice/Composition/", "src/Coppice/Commands/RunCommand.cs", "tests/", "bench/"];
        Findings.AssertNone(
            from file in Repository.Code
            where !doors.Any(door => file.StartsWith(door, StringComparison.Ordinal))
            where UsesStore().IsMatch(Repository.Text(file))
            select file);
    }

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*?([\w.]+)\.csproj""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\busing Coppice\.Store\b")]
    private static partial Regex UsesStore();
}
