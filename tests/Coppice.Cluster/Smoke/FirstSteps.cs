using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Smoke;

/// <summary>The first things anybody does with a cluster, whatever its settings are.</summary>
internal static class FirstSteps
{
    public static async Task TakeAsync(RunningCluster cluster)
    {
        await TheNodeIsListedAsReadyAsync(cluster, KubectlVersion.Newest);
        await TheNodeIsListedAsReadyAsync(cluster, KubectlVersion.Old);
        await APodOfTheExamplesRunsAndAnswersAsync(cluster);
    }

    public static async Task TheNodeIsListedAsReadyAsync(RunningCluster cluster, KubectlVersion version)
    {
        var nodes = await cluster.Kubectl.RunAsync(version, "get", "nodes");
        Assert.Matches(@"^NAME +STATUS +ROLES +AGE +VERSION\n\S+ +Ready ", nodes);
    }

    public static async Task APodOfTheExamplesRunsAndAnswersAsync(RunningCluster cluster)
    {
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", $"{Repository.Examples}/nginx-recovery/nginx-pod.yaml");
        await ns.PodIsReadyAsync("nginx-pod", Patience);

        var address = await ns.ValueAsync("pod/nginx-pod", ".status.podIP");
        var page = await cluster.PageAsync($"http://{address}/");
        Assert.Contains("<title>Welcome to nginx!</title>", page);
    }
}
