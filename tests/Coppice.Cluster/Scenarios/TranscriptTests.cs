using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Scenarios;

/// <summary>The newest kubectl, command by command: each transcript is about one of them, or about some that belong together.</summary>
public sealed class NewestTranscriptTests(SharedCluster shared)
{
    [Theory]
    [MemberData(nameof(Transcript.Commands), MemberType = typeof(Transcript))]
    public async Task A_command_does_what_it_should_and_says_so(string command) =>
        await Transcript.Of(command).PlayAsync(await shared.NewNamespaceAsync(), KubectlVersion.Newest);
}

/// <summary>The same with the old kubectl. (In a class of its own, so that both are tried at once.)</summary>
public sealed class OldTranscriptTests(SharedCluster shared)
{
    [Theory]
    [MemberData(nameof(Transcript.Commands), MemberType = typeof(Transcript))]
    public async Task A_command_does_what_it_should_and_says_so(string command) =>
        await Transcript.Of(command).PlayAsync(await shared.NewNamespaceAsync(), KubectlVersion.Old);
}

/// <summary>Charts, by Helm: what most applications come in.</summary>
public sealed class HelmTranscriptTests(SharedCluster shared)
{
    [Fact]
    public async Task A_chart_is_installed_upgraded_rolled_back_tested_and_removed() =>
        await Transcript.Of("helm/chart").PlayAsync(await shared.NewNamespaceAsync(), KubectlVersion.Newest);
}

/// <summary>The commands that take the node from under everybody's feet.</summary>
[Collection(nameof(Alone))]
public sealed class NodeTranscriptTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_node_is_tainted_cordoned_and_drained(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        try
        {
            await Transcript.Of("node/drain").PlayAsync(ns, version);
        }
        finally
        {
            await ns.TryAsync(version, "uncordon", "node-1");
        }
    }
}
