using System.Net;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 001.1 to 001.6: an API that breaks, without probes, with a readiness probe, and with a liveness probe beside it.</summary>
public sealed class NumbersTests(SharedCluster shared)
{
    private static readonly string Folder = $"{Repository.Examples}/numbers";

    [Fact]
    public async Task A_readiness_probe_takes_a_broken_instance_out_and_a_liveness_probe_mends_it()
    {
        var ns = await shared.NewNamespaceAsync();

        // 001.1 and 001.2: without a probe nobody knows that an instance is broken.
        await ns.RunAsync("apply", "-f", Folder);
        var (healthy, broken) = await TwoAsync(ns, "v1");
        await ns.Cluster.PageAsync($"http://{healthy.Address}/healthz");
        await ns.Cluster.PageAsync($"http://{broken.Address}/healthz");
        await CallAsync(ns, broken, "/rng");
        Assert.Equal(500, await CallAsync(ns, broken, "/rng"));
        Assert.Equal(500, await CallAsync(ns, broken, "/healthz"));
        Assert.Equal(Sorted(healthy.Address, broken.Address), await EndpointsAsync(ns));

        // 001.3: with one, it gets no calls; the others answer all of them.
        await ns.RunAsync("apply", "-f", $"{Folder}/update/api-with-readiness.yaml");
        (healthy, broken) = await TwoAsync(ns, "v2");
        await CallAsync(ns, broken, "/rng");
        await ReadyAsync(ns, broken, false);
        await Eventually.SeeAsync("one address", Patience, () => EndpointsAsync(ns), seen => seen.SequenceEqual([healthy.Address]));
        Assert.Matches($@"\n{broken.Name} +0/1 +Running +0 ", "\n" + await ns.RunAsync("get", "pods", "-l", "app=numbers-api"));
        var service = $"http://{ns.Cluster.NodeAddress}:8013/healthz";
        await Eventually.SeeAsync("twenty answers, all of them good", Patience, async () =>
        {
            using var fresh = ns.Cluster.Network.NewHttpClient(TimeSpan.FromSeconds(10));
            return await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await fresh.GetAsync(service)).StatusCode));
        }, seen => seen.All(one => one == HttpStatusCode.OK));

        // 001.5: with all of them broken nobody answers; 001.4: nobody restarts or replaces them.
        await CallAsync(ns, healthy, "/rng");
        await Eventually.SeeAsync("no address", Patience, () => EndpointsAsync(ns), seen => seen.Count == 0);
        await ns.Cluster.RefusesAsync(service);
        var after = await TwoAsync(ns, "v2", ready: false);
        Assert.Equal([(healthy.Name, 0), (broken.Name, 0)], new[] { (after.First.Name, after.First.Restarts), (after.Second.Name, after.Second.Restarts) }.OrderBy(one => one.Name == healthy.Name ? 0 : 1));
        await CallAsync(ns, broken, "/reset");
        await ReadyAsync(ns, broken, true);
        await Eventually.SeeAsync("its address again", Patience, () => EndpointsAsync(ns), seen => seen.SequenceEqual([broken.Address]));

        // 001.6: both probes together.
        await ns.RunAsync("apply", "-f", $"{Folder}/update/api-with-readiness-and-liveness.yaml");
        (healthy, broken) = await TwoAsync(ns, "v3");
        await CallAsync(ns, broken, "/rng");
        await ns.RestartsAsync(broken.Name, 1, Patience);
        await Eventually.SeeAsync("both addresses", Patience, () => EndpointsAsync(ns), seen => seen.SequenceEqual(Sorted(healthy.Address, broken.Address)));
        Assert.Equal("0", await ns.ValueAsync($"pod/{healthy.Name}", ".status.containerStatuses[0].restartCount"));
    }

    private static async Task<(Instance First, Instance Second)> TwoAsync(TestNamespace ns, string version, bool ready = true)
    {
        if (ready)
        {
            await ns.RunAsync("rollout", "status", "deployment/numbers-api", "--timeout=120s");
            Assert.Contains("condition met", await ns.RunAsync("wait", "--for=condition=ContainersReady", "pod", "-l", $"app=numbers-api,version={version}", "--timeout=120s"));
        }

        // Pods of the version before may still be on their way out.
        var text = await Eventually.SeeAsync("two instances", Patience, () => ns.RunAsync(
            "get", "pods", "-l", $"version={version}", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.status.containerStatuses[0].restartCount}{\"\\n\"}{end}"),
            seen => seen.Count(letter => letter == '\n') == 2);
        var found = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(part => new Instance(part[0], part[1], int.Parse(part[2]))).ToList();
        return (found[0], found[1]);
    }

    private static async Task<int> CallAsync(TestNamespace ns, Instance instance, string path) =>
        (int)(await ns.Cluster.Http.GetAsync($"http://{instance.Address}{path}")).StatusCode;

    private static Task ReadyAsync(TestNamespace ns, Instance instance, bool ready) =>
        ns.SeesAsync($"pod/{instance.Name}", ".status.containerStatuses[0].ready", ready ? "true" : "false", Patience);

    private static async Task<IReadOnlyList<string>> EndpointsAsync(TestNamespace ns) =>
        Sorted((await ns.ValueAsync("endpoints/numbers-api", ".subsets[*].addresses[*].ip")).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static IReadOnlyList<string> Sorted(params IReadOnlyList<string> addresses) => [.. addresses.Order(StringComparer.Ordinal)];

    private sealed record Instance(string Name, string Address, int Restarts);
}
