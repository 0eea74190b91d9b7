using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>Coppice is asked to end while it is busy: whoever was talking to it is answered, and what was acknowledged is there.</summary>
[Collection(nameof(Alone))]
public sealed class ShutdownTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Who_asks_while_coppice_ends_is_answered_or_finds_nobody_there(string version)
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("run", "web", "--image=nginx:1.16.0");
        await ns.PodIsReadyAsync("web", Patience);
        using var api = await cluster.OpenHttpAsync();

        // A watch and a log end as what is over, and a command's client is told why.
        using var watch = await api.GetAsync($"/api/v1/namespaces/{ns.Name}/pods?watch=true", HttpCompletionOption.ResponseHeadersRead);
        var events = watch.Content.ReadAsStringAsync();
        var log = ns.TryAsync(KubectlVersion.Newest, "logs", "-f", "web");
        var exec = ns.TryAsync(KubectlVersion.Newest, "exec", "web", "--", "sleep", "600");
        await Eventually.SeeAsync(
            "a log and a command under way",
            Patience,
            () => api.GetStringAsync("/metrics"),
            seen => IsRunning(seen, "exec") && IsRunning(seen, "log"));

        // Writers, as fast as they can.
        var acknowledged = new ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(api, ns.Name, version, $"w{writer}", acknowledged)).ToList();
        await Eventually.SeeAsync("many writes", Patience, () => Task.FromResult(acknowledged.Count), count => count > 200 || writers.Any(one => one.IsFaulted));

        await cluster.Faults.StopCoppiceAsync();
        await Task.WhenAll(writers).WaitAsync(Patience);
        Assert.DoesNotContain("\"ERROR\"", await events.WaitAsync(Patience));
        Assert.Equal((0, ""), await log.WaitAsync(Patience) is var ended ? (ended.ExitCode, ended.Error) : default);
        Assert.Contains("the server is shutting down", (await exec.WaitAsync(Patience)).Error);

        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        var stored = (await ns.RunAsync("get", "configmaps", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ');
        Assert.Superset(acknowledged.ToHashSet(), stored.ToHashSet());
    }

    private static bool IsRunning(string metrics, string subresource) => metrics.Split('\n').Any(line =>
        line.StartsWith("apiserver_longrunning_requests{", StringComparison.Ordinal) && line.Contains($"subresource=\"{subresource}\"", StringComparison.Ordinal) && line.EndsWith("} 1", StringComparison.Ordinal));

    private static async Task WriteAsync(HttpClient api, string space, string version, string writer, ConcurrentBag<string> acknowledged)
    {
        for (var n = 0; ; n++)
        {
            var name = $"{writer}-{n}";
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/namespaces/{space}/configmaps")
            {
                Version = new Version(version),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent($$$"""{"metadata":{"name":"{{{name}}}"}}""", Encoding.UTF8, "application/json"),
            };
            try
            {
                using var answer = await api.SendAsync(request);
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                acknowledged.Add(name);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
            {
                // Nobody is there to connect to any more.
                return;
            }
        }
    }
}
