using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>kubectl applies at the server, and changes what it has applied in all its other ways.</summary>
public sealed class ServerSideApplyTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_is_applied_at_the_server_is_changed_by_other_ways_and_applied_again(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        using var folder = new TemporaryDirectory();
        var file = folder.File("web.yaml");
        await File.WriteAllTextAsync(file, Manifest(replicas: 0, image: "coppice/testapp:1"));
        Assert.Equal("deployment.apps/web serverside-applied\n", await ns.RunAsync(version, "apply", "--server-side", "-f", file));
        // Its controller has had its say: a difference is looked for between two readings.
        await ns.SeesAsync("deployment/web", ".status.conditions[?(@.type==\"Progressing\")].reason", "NewReplicaSetAvailable", Bounds.Patience);
        Assert.Equal("", await ns.RunAsync(version, "diff", "--server-side", "-f", file));

        // Others change it: whoever applies is told, and takes it back only by force.
        await ns.RunAsync(version, "scale", "deployment/web", "--replicas=1");
        await ns.RunAsync(version, "set", "image", "deployment/web", "app=coppice/testapp:2");
        var conflict = await ns.TryAsync(version, "apply", "--server-side", "-f", file);
        Assert.Equal(1, conflict.ExitCode);
        Assert.Contains(".spec.replicas", conflict.Error);
        Assert.Contains("conflict", conflict.Error);
        var difference = await ns.TryAsync(version, "diff", "--server-side", "--force-conflicts", "-f", file);
        Assert.Equal(1, difference.ExitCode);
        Assert.Contains("-  replicas: 1\n+  replicas: 0\n", difference.Output);
        await ns.RunAsync(version, "apply", "--server-side", "--force-conflicts", "-f", file);
        Assert.Equal("0 coppice/testapp:1", await ns.ValueAsync("deployment/web", ".spec.replicas} {.spec.template.spec.containers[0].image"));

        // What is no longer applied goes back to its default.
        await File.WriteAllTextAsync(file, Manifest(replicas: null, image: "coppice/testapp:1"));
        await ns.RunAsync(version, "apply", "--server-side", "-f", file);
        Assert.Equal("1", await ns.ValueAsync("deployment/web", ".spec.replicas"));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_was_applied_from_the_clients_side_is_taken_over_and_may_go_back(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        using var folder = new TemporaryDirectory();
        var file = folder.File("web.yaml");
        await File.WriteAllTextAsync(file, Manifest(replicas: 0, image: "coppice/testapp:1"));
        await ns.RunAsync(version, "apply", "-f", file);
        await File.WriteAllTextAsync(file, Manifest(replicas: 0, image: "coppice/testapp:2"));
        Assert.Contains("testapp:2", (await ns.TryAsync(version, "diff", "-f", file)).Output);
        await ns.RunAsync(version, "apply", "--server-side", "-f", file);
        await File.WriteAllTextAsync(file, Manifest(replicas: 0, image: "coppice/testapp:3"));
        await ns.RunAsync(version, "apply", "--server-side", "-f", file);
        Assert.Contains("testapp:3", await ns.ValueAsync("deployment/web", @".metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration"));
        Assert.Equal("deployment.apps/web configured\n", await ns.RunAsync(version, "apply", "-f", await ChangedAsync(file)));
        Assert.Equal("coppice/testapp:4", await ns.ValueAsync("deployment/web", ".spec.template.spec.containers[0].image"));
    }

    [Fact]
    public async Task Who_set_what_is_shown_and_kept_through_an_editor()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "configmap", "settings", "--from-literal=a=before");
        Assert.DoesNotContain("managedFields", await ns.RunAsync("get", "configmap/settings", "-o", "yaml"));
        Assert.Contains("manager: kubectl-create", await ns.RunAsync("get", "configmap/settings", "-o", "yaml", "--show-managed-fields"));
        var edit = ns.Cluster.Kubectl.CommandFor(KubectlVersion.Newest, "--namespace", ns.Name, "edit", "configmap/settings");
        (await (edit with { Environment = new Dictionary<string, string?>(edit.Environment) { ["KUBE_EDITOR"] = "sed -i s/before/changed/" } }).RunAsync()).OrThrow();
        Assert.Equal("changed", await ns.ValueAsync("configmap/settings", ".data.a"));
        Assert.Contains("kubectl-edit", await ns.ValueAsync("configmap/settings", ".metadata.managedFields[*].manager"));
    }

    private static async Task<string> ChangedAsync(string file)
    {
        await File.WriteAllTextAsync(file, Manifest(replicas: 0, image: "coppice/testapp:4"));
        return file;
    }

    private static string Manifest(int? replicas, string image) =>
        $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          {{(replicas is { } number ? $"replicas: {number}" : "paused: false")}}
          selector:
            matchLabels:
              app: web
          template:
            metadata:
              labels:
                app: web
            spec:
              containers:
              - name: app
                image: {{image}}
        """;
}
