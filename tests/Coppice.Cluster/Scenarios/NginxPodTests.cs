using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 002.1 and 002.2: a first process that is killed from a terminal, and a pod of a Deployment that is deleted.</summary>
public sealed class NginxPodTests(SharedCluster shared)
{
    private static readonly string Examples = $"{Repository.Examples}/nginx-recovery";

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Kill_1_in_a_terminal_ends_the_container_and_the_site_is_back_by_itself(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync(version, "apply", "-f", $"{Examples}/nginx-pod.yaml");
        await ns.PodIsReadyAsync("nginx-pod", Patience);
        var address = await ns.ValueAsync("pod/nginx-pod", ".status.podIP");
        await ns.Cluster.PageAsync($"http://{address}/");
        var made = await ns.RunAsync(version, "exec", "nginx-pod", "--", "stat", "-c", "%y", "/run/nginx.pid");

        await using (var terminal = ns.StartInTerminal(version, "exec", "-it", "nginx-pod", "--", "/bin/bash"))
        {
            await terminal.TypeAsync("cat /run/nginx.pid; echo jobs=$-; tty\n");
            await Eventually.TrueAsync("a terminal with job control", Patience, () => terminal.Said.Contains("/dev/pts/") && System.Text.RegularExpressions.Regex.IsMatch(terminal.Said, "jobs=[a-zA-Z]*m"));
            await terminal.TypeAsync("kill 1\n");
            await terminal.EndsAsync(Patience);
        }

        await ns.RestartsAsync("nginx-pod", 1, Patience);
        await ns.PodIsReadyAsync("nginx-pod", Patience);
        Assert.Contains("Welcome to nginx!", await ns.Cluster.PageAsync($"http://{address}/"));
        Assert.Equal(address, await ns.ValueAsync("pod/nginx-pod", ".status.podIP"));
        Assert.NotEqual(made, await ns.RunAsync(version, "exec", "nginx-pod", "--", "stat", "-c", "%y", "/run/nginx.pid"));
        Assert.Matches(@"nginx-pod +1/1 +Running +1 \(\d+s ago\)", await ns.RunAsync(KubectlVersion.Newest, "get", "pods"));
    }

    [Fact]
    public async Task A_deleted_pod_of_a_deployment_is_replaced_at_once_and_goes_for_good_with_the_deployment()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", $"{Examples}/echo-hname.yaml");
        await ns.RunAsync("rollout", "status", "deployment/echo-hname", "--timeout=120s");
        var before = await NamesAsync(ns);
        Assert.Equal(3, before.Count);

        await ns.RunAsync("delete", "pod", before[0]);
        await Eventually.SeeAsync("three pods again", Patience, () => ns.ValueAsync("deployment/echo-hname", ".status.availableReplicas"), seen => seen == "3");
        var after = await Eventually.SeeAsync("three pods again", Patience, () => NamesAsync(ns), seen => seen.Count == 3);
        Assert.DoesNotContain(before[0], after);
        Assert.Equal(2, after.Intersect(before).Count());

        await ns.RunAsync("delete", "deployment", "echo-hname");
        await Eventually.SeeAsync("no pods", Patience, () => NamesAsync(ns), seen => seen.Count == 0);
        Assert.Equal("", await ns.RunAsync("get", "replicasets", "-o", "name"));
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(TestNamespace ns) =>
        (await ns.RunAsync("get", "pods", "-l", "app=echo-hname", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
