using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Programs that use a cluster by client libraries of others. What each tries is in <c>Clients</c>.</summary>
public sealed class ClientLibraryTests(SharedCluster shared)
{
    [Fact]
    public Task What_Pythons_library_does_is_done() => AllIsDoneAsync(
        21, ns => new Command("/usr/bin/python3", $"{Repository.Root}/tests/Coppice.Cluster/Clients/client.py", ns));

    [Fact]
    public Task What_the_library_for_Node_does_is_done() => AllIsDoneAsync(
        17, ns => new Command("node", $"{Repository.Root}/tests/Coppice.Cluster/Clients/client.mjs", Repository.Tool("node_modules/@kubernetes/client-node/dist/index.js"), ns));

    /// <summary>Each line of what the program says is one thing that it tried: "ok exec", "failed exec: why".</summary>
    private async Task AllIsDoneAsync(int tried, Func<string, Command> program)
    {
        var ns = await shared.NewNamespaceAsync();
        var command = ns.Cluster.Inside(program(ns.Name)) with
        {
            // It tries one thing after another, and some may take a minute.
            Timeout = 5 * Patience,
            Environment = new Dictionary<string, string?> { ["KUBECONFIG"] = ns.Cluster.Folders.Kubeconfig },
        };
        var lines = (await command.RunAsync()).OrThrow().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var failed = lines.Where(line => !line.StartsWith("ok ", StringComparison.Ordinal)).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
        Assert.Equal(tried, lines.Length);
    }
}
