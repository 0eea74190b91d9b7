using System.Diagnostics;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>Somebody takes away the rules of services: all services of the cluster are missed by whoever asks just then.</summary>
[Collection(nameof(Alone))]
public sealed class RuleFaultTests(SharedCluster shared, ITestOutputHelper output)
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
}
