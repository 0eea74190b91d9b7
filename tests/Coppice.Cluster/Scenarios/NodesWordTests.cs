using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What a node decides of a pod by itself, as Kubernetes' pages on pods tell it: variables from files, names, limits of the disk, refusals.</summary>
public sealed class NodesWordTests(SharedCluster shared)
{
    [Fact]
    public async Task A_container_gets_variables_that_another_left_in_a_file()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: envfile-test-pod}
            spec:
              restartPolicy: Never
              initContainers:
              - name: setup-envfile
                image: coppice/testapp:1
                command: [sh, -c, "printf \"DB_ADDRESS='address'\\nREST_ENDPOINT='endpoint'\\n\" > /data/config.env"]
                volumeMounts: [{name: config, mountPath: /data}]
              containers:
              - name: use-envfile
                image: coppice/testapp:1
                command: [env]
                env: [{name: DB_ADDRESS, valueFrom: {fileKeyRef: {path: config.env, volumeName: config, key: DB_ADDRESS, optional: false}}}]
              volumes: [{name: config, emptyDir: {}}]
            """);
        await ns.SeesAsync("pod/envfile-test-pod", ".status.phase", "Succeeded", Patience);
        var environment = await ns.RunAsync("logs", "envfile-test-pod", "-c", "use-envfile");
        Assert.Contains("DB_ADDRESS=address\n", environment);
        Assert.DoesNotContain("REST_ENDPOINT", environment);
    }

    [Fact]
    public async Task A_pod_that_is_called_by_its_whole_name_finds_itself_by_it()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: named}
            spec:
              hostname: busybox-1
              subdomain: busybox-subdomain
              setHostnameAsFQDN: true
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
            """);
        await ns.PodIsReadyAsync("named", Patience);
        var full = $"busybox-1.busybox-subdomain.{ns.Name}.svc.cluster.local";
        Assert.Equal(full + "\n", await ns.RunAsync("exec", "named", "--", "hostname"));
        Assert.EndsWith($"\t{full}\tbusybox-1\n", await ns.RunAsync("exec", "named", "--", "cat", "/etc/hosts"));
    }

    [Fact]
    public async Task Pods_that_fill_the_disk_beyond_their_limits_are_evicted()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: volume}
            spec:
              containers: [{name: app, image: coppice/testapp:1, args: [fill, /data/file, "30"], volumeMounts: [{name: data, mountPath: /data}]}]
              volumes: [{name: data, emptyDir: {sizeLimit: 10Mi}}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: layer}
            spec: {containers: [{name: app, image: coppice/testapp:1, args: [fill, /file, "30"], resources: {limits: {ephemeral-storage: 10Mi}}}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: within}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [fill, /data/file, "30"], volumeMounts: [{name: data, mountPath: /data}]}]
              volumes: [{name: data, emptyDir: {sizeLimit: 50Mi}}]
            """);
        await ns.PodIsReadyAsync("within", Patience);
        await ns.SeesAsync("pod/volume", ".status.reason", "Evicted", Patience);
        Assert.Equal("Usage of EmptyDir volume \"data\" exceeds the limit \"10Mi\". ", await ns.ValueAsync("pod/volume", ".status.message"));
        await ns.SeesAsync("pod/layer", ".status.reason", "Evicted", Patience);
        Assert.Equal("Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ", await ns.ValueAsync("pod/layer", ".status.message"));
        await Eventually.SeeAsync("its event", Patience, () => ns.RunAsync("describe", "pod", "volume"), seen => Regex.IsMatch(seen, @"\n  Warning +Evicted .*Usage of EmptyDir volume"));
        Assert.Equal("Running", await ns.ValueAsync("pod/within", ".status.phase"));
    }

    [Fact]
    public async Task A_pod_that_a_node_refuses_shows_why_as_its_state()
    {
        var ns = await shared.NewNamespaceAsync();
        var node = (await ns.RunAsync("get", "nodes", "-o", "name")).Trim()["node/".Length..];
        await ns.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: astray}
            spec: {nodeName: {{node}}, nodeSelector: {disk: none-has-it}, containers: [{name: app, image: coppice/testapp:1}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: large}
            spec: {nodeName: {{node}}, containers: [{name: app, image: coppice/testapp:1, resources: {requests: {cpu: "1000"} } }]}
            """);
        await ns.SeesAsync("pod/large", ".status.phase", "Failed", Patience);
        await ns.SeesAsync("pod/astray", ".status.phase", "Failed", Patience);
        Assert.Matches(@"^astray +0/1 +NodeAffinity +0 .*\nlarge +0/1 +OutOfcpu +0 ", await ns.RunAsync("get", "pods", "--no-headers"));
        Assert.Contains(
            "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector", await ns.RunAsync("describe", "pod", "astray"));
    }

    [Fact]
    public async Task A_node_says_that_it_is_ready()
    {
        var ns = await shared.NewNamespaceAsync();
        var node = (await ns.RunAsync("get", "nodes", "-o", "name")).Trim();
        foreach (var version in Enum.GetValues<KubectlVersion>())
        {
            // It is told a moment after it is so.
            await Eventually.SeeAsync("its event", Patience, () => ns.RunAsync(version, "describe", node),
                seen => Regex.IsMatch(seen, @"\n  Normal +NodeReady .* kubelet +Node \S+ status is now: NodeReady\n"));
        }
    }
}
