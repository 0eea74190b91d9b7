using System.Diagnostics;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>Somebody breaks the network of one pod.</summary>
public sealed class NetworkFaultTests(SharedCluster shared, ITestOutputHelper output)
{
    [Theory]
    [InlineData("link")]
    [InlineData("link down")]
    [InlineData("address")]
    [InlineData("route")]
    [InlineData("way in")]
    [InlineData("mount and file")]
    [InlineData("mount")]
    public async Task A_pod_whose_network_is_broken_gets_another_sandbox(string what)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        await ns.PodIsReadyAsync("web", Patience);
        var before = await ns.ValueAsync("pod/web", ".status.podIP");
        var process = await ns.Cluster.Faults.ProcessOfAsync(ns.Name, "web", "app");

        var clock = Stopwatch.StartNew();
        await BreakAsync(ns.Cluster, what, before, process);
        await Eventually.SeeAsync("another container", Patience, () => ns.ValueAsync("pod/web", ".status.containerStatuses[0]['restartCount','ready']"), seen => seen == "1 true");
        var after = await ns.ValueAsync("pod/web", ".status.podIP");
        Assert.Equal("web\n", await ns.Cluster.PageAsync($"http://{after}:8080/hostname"));
        output.WriteLine($"{what}: answers again after {clock.ElapsedMilliseconds} ms");

        Assert.NotEqual(before, after);
        await Eventually.SeeAsync("an event", Patience, () => ns.RunAsync("describe", "pod", "web"), seen => seen.Contains("Pod sandbox changed, it will be killed and re-created."));
    }

    private static async Task BreakAsync(RunningCluster cluster, string what, string address, int process)
    {
        // Where its namespace is mounted: a line of mountinfo has the namespace itself as its root.
        var own = Processes.Namespace(process, "net");
        var space = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields[3] == own)[4];
        var command = what switch
        {
            "link" => cluster.Inside(new Command("ip", "link", "delete", await LinkAsync())),
            "link down" => cluster.Inside(new Command("ip", "link", "set", await LinkAsync(), "down")),
            "way in" => cluster.Inside(new Command("ip", "route", "delete", $"{address}/32")),
            "address" => new Command("nsenter", $"--net={space}", "ip", "address", "flush", "dev", "eth0"),
            "route" => new Command("nsenter", $"--net={space}", "ip", "route", "delete", "default"),
            "mount and file" => new Command("sh", "-c", $"umount {space} && rm {space}"),
            _ => new Command("umount", space),
        };
        (await command.RunAsync()).OrThrow();

        async Task<string> LinkAsync()
        {
            var words = (await cluster.Inside(new Command("ip", "route", "get", address)).RunAsync()).OrThrow().Split(' ');
            return words[Array.IndexOf(words, "dev") + 1];
        }
    }
}
