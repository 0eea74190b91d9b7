using System.Text;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What is written to a claim stays when its pod goes, and goes with the claim.</summary>
public sealed class VolumeTests(SharedCluster shared)
{
    private const string Set = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
          replicas: 2
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: {runAsUser: 1000}
              containers:
              - name: app
                image: coppice/testapp:1
                command: [sh, -c, 'echo "$HOSTNAME" >> /data/starts; while :; do sleep 1; done']
                volumeMounts: [{name: data, mountPath: /data}]
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;

    [Fact]
    public async Task Each_pod_of_a_stateful_set_keeps_its_data_until_its_claim_is_deleted()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Set);
        await ns.PodIsReadyAsync("db-1", Patience);
        Assert.Equal("Bound", await ns.ValueAsync("pvc/data-db-0", ".status.phase"));
        Assert.Matches(@"db-0.*Bound.*1Gi.*RWO.*local", await ns.RunAsync("get", "pvc"));
        var before = await ns.ValueAsync("pod/db-0", ".metadata.uid");

        await ns.RunAsync("delete", "pod", "db-0");
        await Eventually.SeeAsync("another db-0", Patience, () => ns.ValueAsync("pod/db-0", ".metadata.uid"), seen => seen.Length > 0 && seen != before);
        await ns.PodIsReadyAsync("db-0", Patience);
        await Eventually.SeeAsync("both starts", Patience, () => ns.RunAsync("exec", "db-0", "--", "cat", "/data/starts"), seen => seen.StartsWith("db-0\ndb-0\n", StringComparison.Ordinal));
        await ns.PodIsReadyAsync("db-1", Patience);
        Assert.Equal("db-1\n", await ns.RunAsync("exec", "db-1", "--", "cat", "/data/starts"));

        var volume = await ns.ValueAsync("pvc/data-db-0", ".spec.volumeName");
        var directory = await ns.ValueAsync($"pv/{volume}", ".spec.local.path");
        Assert.True(File.Exists(directory + "/starts"));
        await ns.RunAsync("delete", "statefulset", "db");
        await ns.RunAsync("delete", "pvc", "data-db-0");
        await Eventually.SeeAsync("no volume", Patience, () => ns.RunAsync("get", "pv", volume, "--ignore-not-found", "-o", "name"), seen => seen.Length == 0);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task However_its_pods_end_and_are_replaced_each_number_of_a_set_keeps_its_data()
    {
        const int replicas = 3, rounds = 8;
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Set.Replace("replicas: 2", $"replicas: {replicas}\n  podManagementPolicy: Parallel", StringComparison.Ordinal));
        await Task.WhenAll(Enumerable.Range(0, replicas).Select(number => ns.PodIsReadyAsync($"db-{number}", Patience)));
        using var api = await ns.Cluster.OpenHttpAsync();
        await Task.WhenAll(Enumerable.Range(0, replicas).Select(async number =>
        {
            for (var round = 0; round < rounds; round++)
            {
                await ns.RunAsync("exec", $"db-{number}", "--", "sh", "-c", $"echo \"$HOSTNAME {round}\" >> /data/kept");
                await EndAsync(ns, api, $"db-{number}", (round + number) % 3);
                await ns.PodIsReadyAsync($"db-{number}", Patience);
            }
        }));

        foreach (var number in Enumerable.Range(0, replicas))
        {
            var kept = await ns.RunAsync("exec", $"db-{number}", "--", "cat", "/data/kept");
            Assert.Equal(Enumerable.Range(0, rounds).Select(round => $"db-{number} {round}"), kept.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>The pod, or its container, ends in one of several ways, and the next one is there.</summary>
    private static async Task EndAsync(TestNamespace ns, HttpClient api, string pod, int way)
    {
        var before = (await ns.ValueAsync($"pod/{pod}", ".metadata.uid"), await ns.ValueAsync($"pod/{pod}", ".status.containerStatuses[0].containerID"));
        var path = $"/api/v1/namespaces/{ns.Name}/pods/{pod}";
        switch (way)
        {
            case 0:
                await ns.Cluster.Faults.SignalContainerAsync(ns.Name, pod, "app", Signal.Kill);
                break;
            case 1:
                using (var deleted = await api.DeleteAsync($"{path}?gracePeriodSeconds=0"))
                {
                    deleted.EnsureSuccessStatusCode();
                }

                break;
            default:
                using (var eviction = new StringContent($$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{pod}}"} }""", Encoding.UTF8, "application/json"))
                using (var evicted = await api.PostAsync($"{path}/eviction", eviction))
                {
                    evicted.EnsureSuccessStatusCode();
                }

                break;
        }

        await Eventually.SeeAsync(
            $"another {(way == 0 ? "container" : "pod")} of {pod}",
            Patience,
            async () => (await ns.ValueAsync($"pod/{pod}", ".metadata.uid"), await ns.ValueAsync($"pod/{pod}", ".status.containerStatuses[0].containerID")),
            seen => seen is { Item1.Length: > 0, Item2.Length: > 0 } && (way == 0 ? seen.Item2 != before.Item2 : seen.Item1 != before.Item1));
    }

    [Fact]
    public async Task What_a_pod_mounts_of_claims_is_as_it_asks_for()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec: {accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Gi}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: app}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: {runAsUser: 1000, fsGroup: 2000}
              containers:
              - name: app
                image: coppice/testapp:1
                command: [sh, -c, 'echo one > /part/file; touch /all/no 2>&1; cat /all/inner/file; stat -c %g /part/file /scratch; while :; do sleep 1; done']
                volumeMounts:
                - {name: data, mountPath: /part, subPath: inner}
                - {name: data, mountPath: /all, readOnly: true}
                - {name: scratch, mountPath: /scratch}
              volumes:
              - {name: data, persistentVolumeClaim: {claimName: data}}
              - name: scratch
                ephemeral: {volumeClaimTemplate: {metadata: {labels: {of: app}}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}
            """);
        await ns.PodIsReadyAsync("app", Patience);
        var said = await Eventually.SeeAsync("what it sees", Patience, () => ns.RunAsync("logs", "app"), seen => seen.Count(c => c == '\n') >= 4);
        Assert.Contains("/all/no: Read-only file system", said, StringComparison.Ordinal);
        Assert.EndsWith("one\n2000\n2000\n", said, StringComparison.Ordinal);

        Assert.Equal("Bound", await ns.ValueAsync("pvc/app-scratch", ".status.phase"));
        Assert.Equal("app", await ns.ValueAsync("pvc/app-scratch", ".metadata.labels.of"));
        await ns.RunAsync("delete", "pod", "app");
        await Eventually.SeeAsync("the pod's own claim to go with it", Patience, () => ns.RunAsync("get", "pvc", "-o", "name"), seen => seen == "persistentvolumeclaim/data\n");
    }

    [Fact]
    public async Task A_claim_grows_while_it_is_used_where_its_class_allows_it()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Set.Replace("replicas: 2", "replicas: 1", StringComparison.Ordinal));
        await ns.PodIsReadyAsync("db-0", Patience);
        await ns.RunAsync("patch", "pvc", "data-db-0", "-p", """{"spec":{"resources":{"requests":{"storage":"3Gi"}}}}""");
        await ns.SeesAsync("pvc/data-db-0", ".status.capacity.storage", "3Gi", Patience);
        Assert.Equal("3Gi", await ns.ValueAsync($"pv/{await ns.ValueAsync("pvc/data-db-0", ".spec.volumeName")}", ".spec.capacity.storage"));
        Assert.Equal("3Gi", await ns.ValueAsync("pvc/data-db-0", ".status.allocatedResources.storage"));
        await Eventually.SeeAsync("what was done", Patience, () => ns.RunAsync("describe", "pvc", "data-db-0"),
            seen => seen.Contains("VolumeResizeSuccessful", StringComparison.Ordinal) && seen.Contains("External resizer is resizing volume pvc-", StringComparison.Ordinal));

        var less = await ns.TryAsync(KubectlVersion.Newest, "patch", "pvc", "data-db-0", "-p", """{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}""");
        Assert.Contains("spec.resources.requests.storage: Forbidden: field can not be less than status.capacity", less.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_files_of_an_image_are_a_volume_that_nobody_can_write_to()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: app}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve]
                volumeMounts:
                - {name: files, mountPath: /files}
                - {name: files, mountPath: /part, subPath: bin}
              volumes:
              - {name: files, image: {reference: "coppice/testapp:1", pullPolicy: Never}}
            """);
        await ns.PodIsReadyAsync("app", Patience);
        Assert.Equal(await ns.RunAsync("exec", "app", "--", "ls", "/bin"), await ns.RunAsync("exec", "app", "--", "ls", "/files/bin"));
        Assert.Equal(await ns.RunAsync("exec", "app", "--", "ls", "/bin"), await ns.RunAsync("exec", "app", "--", "ls", "/part"));
        Assert.Contains("Read-only file system", (await ns.TryAsync(KubectlVersion.Newest, "exec", "app", "--", "sh", "-c", "echo > /files/new")).Error, StringComparison.Ordinal);
        await ns.RunAsync("delete", "pod", "app");
    }

    [Fact]
    public async Task A_claim_that_nobody_can_satisfy_says_so_where_a_user_looks()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec: {storageClassName: missing, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: app}
            spec:
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
            """);
        await Eventually.SeeAsync("why the claim waits", Patience, () => ns.RunAsync("describe", "pvc", "data"),
            seen => seen.Contains("storageclass.storage.k8s.io \"missing\" not found", StringComparison.Ordinal));
        await Eventually.SeeAsync("why the pod waits", Patience, () => ns.RunAsync("describe", "pod", "app"),
            seen => seen.Contains("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", StringComparison.Ordinal));
    }
}
