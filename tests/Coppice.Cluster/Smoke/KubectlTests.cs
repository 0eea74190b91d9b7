using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Smoke;

/// <summary>The first steps on a cluster with the usual settings.</summary>
public sealed class KubectlTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task The_node_is_listed_as_Ready(KubectlVersion version) =>
        await FirstSteps.TheNodeIsListedAsReadyAsync(await shared.GetAsync(), version);

    [Fact]
    public async Task A_pod_of_the_examples_runs_and_answers() =>
        await FirstSteps.APodOfTheExamplesRunsAndAnswersAsync(await shared.GetAsync());
}
