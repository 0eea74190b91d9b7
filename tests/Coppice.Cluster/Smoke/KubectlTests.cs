using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Smoke;

/// <summary>The first things anybody does with a cluster.</summary>
public sealed class KubectlTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task The_node_is_listed_as_Ready(KubectlVersion version)
    {
        var cluster = await shared.GetAsync();
        var nodes = await cluster.Kubectl.RunAsync(version, "get", "nodes");
        Assert.Matches(@"^NAME +STATUS +ROLES +AGE +VERSION\n\S+ +Ready ", nodes);
    }

    [Fact]
    public async Task A_pod_of_the_examples_runs_and_answers()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", $"{Repository.Examples}/nginx-recovery/nginx-pod.yaml");
        await ns.PodIsReadyAsync("nginx-pod", Patience);

        var address = await ns.ValueAsync("pod/nginx-pod", ".status.podIP");
        var page = await ns.Cluster.Http.GetStringAsync($"http://{address}/");
        Assert.Contains("<title>Welcome to nginx!</title>", page);
    }
}
