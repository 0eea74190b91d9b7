using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What runs in the cluster is looked at through the API server.</summary>
public sealed class ProxyTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Pods_and_services_answer_through_the_api_server(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, name: http}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{name: main, port: 80, targetPort: http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: nobody}
            spec: {selector: {app: nobody}, ports: [{port: 80}]}
            """);
        await ns.PodIsReadyAsync("web", Patience);
        var root = $"/api/v1/namespaces/{ns.Name}";
        foreach (var target in (string[])["pods/web", "pods/web:8080", "services/web:80", "services/http:web:main"])
        {
            await Eventually.TrueAsync($"an answer of {target}", Patience, async () =>
                (await ns.TryAsync(version, "get", "--raw", $"{root}/{target}/proxy/hostname")).Output.Trim() == "web");
        }

        Assert.Contains("no endpoints available for service \"nobody\"", (await ns.TryAsync(version, "get", "--raw", $"{root}/services/nobody:80/proxy/")).Error);
        Assert.Contains(": connect: connection refused", (await ns.TryAsync(version, "get", "--raw", $"{root}/pods/web:81/proxy/")).Error);

        // As a browser would: kubectl proxy, and a page behind it.
        await using var proxy = ns.Start(version, "proxy", "--port=0");
        var port = await Eventually.SeeAsync("the port of kubectl proxy", Patience, () => Task.FromResult(PortOf(proxy.Said)), found => found.Length > 0);
        var http = ns.Cluster.Http;
        Assert.Equal("web", (await http.GetStringAsync($"http://127.0.0.1:{port}{root}/services/web:main/proxy/hostname")).Trim());
        using var posted = await http.PostAsync($"http://127.0.0.1:{port}{root}/pods/web:8080/proxy/echo", new StringContent("said"));
        Assert.Equal("said", (await posted.Content.ReadAsStringAsync()).Trim());
    }

    // "Starting to serve on 127.0.0.1:41234"
    private static string PortOf(string said) => said.Split('\n').FirstOrDefault(line => line.StartsWith("Starting to serve on", StringComparison.Ordinal)) is { } line
        ? line.Split(':')[^1].Trim()
        : "";
}
