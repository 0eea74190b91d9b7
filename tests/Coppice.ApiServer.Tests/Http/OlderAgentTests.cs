using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>
/// The agent of a node is of one minor version before the server's, as while machines are updated one by one. What it says and asks for is
/// what that version knew: nothing newer is expected of it.
/// </summary>
public sealed class OlderAgentTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Version = "v1.35.2";

    [Fact]
    public async Task It_registers_reports_and_runs_its_pods()
    {
        using var agent = api.ClientOf(api.Issue("system:node:older", "system:nodes"));
        (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"kube-node-lease"}}""")).Good();
        var space = await api.NewNamespaceAsync();

        // 1. It registers, with its version, and keeps a lease.
        (await SendAsync("POST", "/api/v1/nodes", $$$$"""
            {"metadata":{"name":"older","labels":{"kubernetes.io/hostname":"older"}},"status":{"addresses":[{"type":"InternalIP","address":"192.0.2.12"}],
            "capacity":{"cpu":"2","memory":"4Gi","pods":"110"},"allocatable":{"cpu":"2","memory":"4Gi","pods":"110"},
            "nodeInfo":{"kubeletVersion":"{{{{Version}}}}","kubeProxyVersion":"{{{{Version}}}}","architecture":"amd64","operatingSystem":"linux"}}}
            """)).Good();
        (await SendAsync("PATCH", "/api/v1/nodes/older/status", """{"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"}]}}""", "application/strategic-merge-patch+json")).Good();
        (await SendAsync("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", """{"metadata":{"name":"older"},"spec":{"holderIdentity":"older","leaseDurationSeconds":40}}""")).Good();
        var row = (await api.GetAsync("/api/v1/nodes/older", "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal(["older", "Ready", Version], ((JsonNode?[])[row[0], row[1], row[4]]).Select(cell => (string?)cell));

        // 2. It sees the pods that it is given, and tells how they are, without the fields that came later.
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"older","containers":[{"name":"c","image":"i"}]}}""")).Good();
        var pods = (await SendAsync("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dolder&resourceVersion=0")).Good();
        Assert.Equal(["p"], pods.Names);
        (await SendAsync("PATCH", $"{space}/pods/p/status", """
            {"status":{"phase":"Running","podIP":"10.244.1.2","podIPs":[{"ip":"10.244.1.2"}],"conditions":[{"type":"Ready","status":"True"}],
            "containerStatuses":[{"name":"c","ready":true,"started":true,"image":"i","imageID":"i","restartCount":0,"state":{"running":{"startedAt":"2030-01-01T00:00:00Z"}}}]}}
            """, "application/strategic-merge-patch+json")).Good();
        Assert.Equal("Running", (string?)(await api.GetAsync($"{space}/pods/p")).Good().Body!["status"]!["phase"]);

        // 3. It ends one that is to end.
        (await api.SendAsync("DELETE", $"{space}/pods/p")).Good();
        (await SendAsync("DELETE", $"{space}/pods/p", """{"gracePeriodSeconds":0}""")).Good();
        Assert.Equal(404, (await api.GetAsync($"{space}/pods/p")).Code);

        Task<Answer> SendAsync(string method, string path, string? body = null, string type = "application/json") => ServedApi.SendAsync(agent, method, path, body, type);
    }
}
