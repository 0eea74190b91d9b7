using System.Diagnostics;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>Somebody breaks the network: the rules of services, or that of one pod.</summary>
public sealed class NetworkFaultTests(SharedCluster shared, ITestOutputHelper output)
{
    [Theory]
    [InlineData("flush table ip {0}")]
    [InlineData("flush map ip {0} addresses")]
    [InlineData("flush chain ip {0} services")]
    [InlineData("delete table ip {0}")]
    [InlineData("delete element ip {0} addresses {{ {1} . tcp . 80 }}")]
    public async Task Rules_that_somebody_takes_away_are_back_at_once(string command)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
            """);
        await ns.PodIsReadyAsync("web", Patience);
        var address = await ns.ValueAsync("service/web", ".spec.clusterIP");
        var front = $"{address} . tcp . 80";
        await Eventually.SeeAsync(front, Patience, ElementsAsync, seen => seen.Contains(front));

        var clock = Stopwatch.StartNew();
        await NftAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, ns.Cluster.Instance, address));
        await Eventually.SeeAsync(front, Patience, ElementsAsync, seen => seen.Contains(front));
        output.WriteLine($"{command}: back after {clock.ElapsedMilliseconds} ms, two calls of nft included");

        // A chain may still be empty when the map that was not touched is seen.
        await Eventually.SeeAsync("the service's answer", Patience, AnswerAsync, answer => answer == "web\n");

        async Task<string> AnswerAsync()
        {
            try
            {
                return await ns.Cluster.Http.GetStringAsync($"http://{address}/hostname");
            }
            catch (HttpRequestException e)
            {
                return e.Message;
            }
        }

        async Task<string> NftAsync(string what) => (await ns.Cluster.Inside(new Command("nft", what)).RunAsync()).OrThrow();

        async Task<string> ElementsAsync() =>
            (await ns.Cluster.Inside(new Command("nft", "list", "map", "ip", ns.Cluster.Instance, "addresses")).RunAsync()).Output;
    }

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
        await Eventually.SeeAsync("an answer", Patience, () => ns.Cluster.Http.GetStringAsync($"http://{after}:8080/hostname"), seen => seen == "web\n");
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
