using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What the cluster itself needs heals too.</summary>
public sealed class BuiltInServiceTests(SharedCluster shared)
{
    [Fact]
    public async Task The_services_of_the_API_and_of_DNS_come_back_when_somebody_deletes_them_and_serve_again()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: asks}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: "nginx:1.16.0"}]
            """);
        await ns.PodIsReadyAsync("asks", Patience);

        foreach (var (space, name, address) in new[] { ("default", "kubernetes", "10.96.0.1"), ("kube-system", "kube-dns", "10.96.0.10") })
        {
            await ns.RunAsync("delete", "service", name, "--namespace", space);
            await Eventually.SeeAsync($"service {name} again", Patience,
                () => ns.RunAsync("get", "service,endpoints,endpointslices", name, "--namespace", space, "--ignore-not-found", "--no-headers"),
                seen => seen.Contains(address) && seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 3);
        }

        await Eventually.SeeAsync("a name's address", Patience,
            async () => (await ns.TryAsync(KubectlVersion.Newest, "exec", "asks", "--", "nslookup", "kubernetes.default.svc.cluster.local")).Output,
            seen => seen.Contains("10.96.0.1"));
    }
}
