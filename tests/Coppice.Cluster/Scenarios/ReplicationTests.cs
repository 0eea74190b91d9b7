using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 003.8 and 003.9: a number of pods that is kept, whoever takes some away or adds some.</summary>
public sealed class ReplicationTests(SharedCluster shared)
{
    private static readonly string Folder = $"{Repository.Examples}/controllers";

    [Theory]
    [InlineData(KubectlVersion.Old)]
    [InlineData(KubectlVersion.Newest)]
    public async Task A_replication_controller_keeps_three_and_lets_go_of_what_is_relabelled(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync(version, "apply", "-f", $"{Folder}/my-app-rc.yaml");
        var before = await OwnedAsync(ns, "ReplicationController", 3);

        await ns.RunAsync(version, "delete", "pod", before[0]);
        var replaced = await OwnedAsync(ns, "ReplicationController", 3);
        Assert.DoesNotContain(before[0], replaced);

        await ns.RunAsync(version, "label", "pod", replaced[0], "app-");
        await ns.SeesAsync($"pod/{replaced[0]}", ".metadata.ownerReferences", "", Patience);
        Assert.DoesNotContain(replaced[0], await OwnedAsync(ns, "ReplicationController", 3));
        Assert.Equal(replaced[0], await ns.ValueAsync($"pod/{replaced[0]}", ".metadata.name"));

        // Too many: the one let go is taken back, and one of the four goes.
        await ns.RunAsync(version, "label", "pod", replaced[0], "app=my-app");
        await Eventually.SeeAsync("three pods in all", Patience, () => PodsAsync(ns), seen => seen.Count == 3);
        await ns.RunAsync(version, "scale", "rc", "my-app-rc", "--replicas=1");
        await OwnedAsync(ns, "ReplicationController", 1);
    }

    [Theory]
    [InlineData(KubectlVersion.Old)]
    [InlineData(KubectlVersion.Newest)]
    public async Task A_replica_set_selects_by_sets_and_adopts_what_matches(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Orphan("orphan", "app: my-app, env: staging") + "---\n" + Orphan("stranger", "app: my-app, env: test"));
        await ns.RunAsync(version, "apply", "-f", $"{Folder}/my-app-rs.yaml");
        var owned = await OwnedAsync(ns, "ReplicaSet", 3);
        Assert.Contains("orphan", owned);
        Assert.DoesNotContain("stranger", owned);

        await ns.RunAsync(version, "label", "pod", "orphan", "env=test", "--overwrite");
        await ns.SeesAsync("pod/orphan", ".metadata.ownerReferences", "", Patience);
        Assert.DoesNotContain("orphan", await OwnedAsync(ns, "ReplicaSet", 3));
        await ns.RunAsync(version, "delete", "rs", "my-app-rs");
        await Eventually.SeeAsync("the strangers alone", Patience, () => PodsAsync(ns), seen => seen.Order(StringComparer.Ordinal).SequenceEqual(["orphan", "stranger"]));
    }

    [Theory]
    [InlineData("In, values: [a, b]", "color: a", "color: c")]
    [InlineData("NotIn, values: [a, b]", "color: c", "color: a")]
    [InlineData("Exists", "color: a", "other: a")]
    [InlineData("DoesNotExist", "other: a", "color: a")]
    public async Task Each_operator_selects_what_it_says(string expression, string matches, string differs)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Orphan("match", "app: it, " + matches) + "---\n" + Orphan("other", "app: it, " + differs));
        await ns.PodIsReadyAsync("match", Patience);
        await ns.ApplyAsync($$"""
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: it}
            spec:
              replicas: 1
              selector: {matchLabels: {app: it}, matchExpressions: [{key: color, operator: {{expression}}}]}
              template:
                metadata: {labels: { app: it, {{matches}} } }
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        Assert.Equal(["match"], await OwnedAsync(ns, "ReplicaSet", 1));
    }

    private static string Orphan(string name, string labels) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, labels: { {{labels}} } }
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}

        """;

    /// <summary>The names of the pods that a controller owns, once they are so many and all are ready.</summary>
    private static async Task<IReadOnlyList<string>> OwnedAsync(TestNamespace ns, string kind, int count)
    {
        var path = $"jsonpath={{range .items[?(@.metadata.ownerReferences[0].kind==\"{kind}\")]}}{{.metadata.name}} {{.status.containerStatuses[0].ready}} {{.metadata.deletionTimestamp}}{{\"\\n\"}}{{end}}";
        var lines = await Eventually.SeeAsync($"{count} pods of the {kind}, all ready", Patience,
            async () => (await ns.RunAsync("get", "pods", "-o", path)).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            seen => seen.Length == count && seen.All(line => line.EndsWith(" true ", StringComparison.Ordinal)));
        return [.. lines.Select(line => line.Split(' ')[0])];
    }

    private static async Task<IReadOnlyList<string>> PodsAsync(TestNamespace ns) =>
        (await ns.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
