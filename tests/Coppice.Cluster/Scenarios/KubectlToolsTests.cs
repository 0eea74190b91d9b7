using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>The tools that kubectl brings along: tokens, copies, debuggers, events as they come.</summary>
public sealed class KubectlToolsTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Files_are_copied_both_ways(KubectlVersion version)
    {
        var ns = await PodAsync();
        using var folder = new TemporaryDirectory();
        var content = string.Concat(Enumerable.Range(0, 20_000).Select(line => $"line {line}\n"));
        await File.WriteAllTextAsync(folder.File("there"), content);
        await ns.RunAsync(version, "cp", folder.File("there"), "web:/tmp/there");
        await ns.RunAsync(version, "cp", "web:/tmp/there", folder.File("back"));
        Assert.Equal(content, await File.ReadAllTextAsync(folder.File("back")));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Selectors_and_commands_may_be_long(KubectlVersion version)
    {
        var ns = await PodAsync();
        await ns.RunAsync("label", "pod", "web", "a=value-2499");
        var values = string.Join(',', Enumerable.Range(0, 2500).Select(number => $"value-{number}"));
        Assert.Equal("pod/web\n", await ns.RunAsync(version, "get", "pods", "-o", "name", "-l", $"a in ({values})"));
        var text = string.Concat(Enumerable.Range(0, 1800).Select(number => $"{number:00000}"));
        Assert.Equal(text, (await ns.RunAsync(version, "exec", "web", "--", "echo", text)).Trim());
    }

    [Fact]
    public async Task A_token_is_good_for_its_account_alone()
    {
        var ns = await PodAsync();
        await ns.RunAsync("create", "serviceaccount", "robot");
        var token = (await ns.RunAsync("create", "token", "robot")).Trim();
        var whoami = await ns.RunAsync("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", $"--token={token}", "--kubeconfig=/dev/null",
            $"--server=https://{ns.Cluster.NodeAddress}:6443", "--insecure-skip-tls-verify");
        Assert.Equal($"system:serviceaccount:{ns.Name}:robot", whoami);
        var review = await (ns.Cluster.Kubectl.CommandFor(KubectlVersion.Newest, "create", "-o", "jsonpath={.status.authenticated} {.status.user.username}", "-f", "-") with
        {
            Input = $$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{token}}"} }""",
        }).RunAsync();
        Assert.Equal($"true system:serviceaccount:{ns.Name}:robot", review.OrThrow());
    }

    [Fact]
    public async Task A_debugger_is_put_beside_the_containers_of_a_running_pod()
    {
        var ns = await PodAsync();
        await ns.RunAsync("debug", "web", "--image=coppice/testapp:1", "--profile=general", "--container=looker", "--target=app", "--", "sh", "-c", "echo looking; exec sleep 1000");
        await Eventually.TrueAsync("the debugger's words", Patience, async () => (await ns.TryAsync(KubectlVersion.Newest, "logs", "web", "-c", "looker")).Output == "looking\n");

        // It shares the network of the pod, and with --target the processes of the container.
        Assert.Contains("testapp 1 on web", await ns.RunAsync("exec", "web", "-c", "looker", "--", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/"));
        Assert.Matches("\n +1 root +(/usr/local/bin/)?testapp serve\n", await ns.RunAsync("exec", "web", "-c", "looker", "--", "ps"));
        Assert.Equal("0", await ns.ValueAsync("pod/web", ".status.containerStatuses[0].restartCount"));

        // One that may do everything, beside a container that may not.
        await ns.RunAsync("debug", "web", "--image=coppice/testapp:1", "--profile=sysadmin", "--container=root", "--", "sh", "-c", "mkdir -p /m && mount -t tmpfs none /m && echo mounted");
        await Eventually.TrueAsync("what only a privileged one can do", Patience, async () => (await ns.TryAsync(KubectlVersion.Newest, "logs", "web", "-c", "root")).Output == "mounted\n");

        await ns.RunAsync("debug", "node/node-1", "--image=coppice/testapp:1", "--profile=general", "--", "ls", "/host/etc/hostname");
        await Eventually.SeeAsync("what the node's debugger saw", Patience, async () =>
        {
            var pod = (await ns.RunAsync("get", "pods", "-o", "name")).Split('\n').FirstOrDefault(name => name.StartsWith("pod/node-debugger-node-1-", StringComparison.Ordinal));
            return pod is null ? "" : (await ns.TryAsync(KubectlVersion.Newest, "logs", pod)).Output;
        }, seen => seen == "/host/etc/hostname\n");
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Events_are_seen_as_they_come(KubectlVersion version)
    {
        var ns = await PodAsync();
        await using var watch = ns.Start(version, "get", "events", "--watch");
        await watch.SaysAsync("Started", Patience);
        await ns.RunAsync("delete", "pod", "web");
        await watch.SaysAsync("Stopping container app", Patience);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_pods_and_nodes_use_is_measured(KubectlVersion version)
    {
        var ns = await PodAsync();
        await ns.RunAsync("label", "pod", "web", "app=web");
        await Eventually.TrueAsync("the pod's figures", Patience, async () => Regex.IsMatch(
            (await ns.TryAsync(version, "top", "pods", "--containers", "-l", "app=web")).Output, @"(?m)^web +app +\d+m +\d+Mi *$"));
        Assert.Matches(@"(?m)^node-1 +\d+m +\d+% +\d+Mi +\d+% *$", await ns.RunAsync(version, "top", "nodes"));
        Assert.Matches(@"(?m)^node-1 +\d+n +\d+Ki +[\d.]+m?s *$", await ns.RunAsync(version, "get", "nodes.metrics.k8s.io"));
        Assert.Contains("No resources found", (await ns.TryAsync(version, "top", "pods", "-l", "app=other")).Error);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_somebody_may_do_is_told_and_kept_to(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        Assert.Matches(@"(?m)^\*\.\* +\[\] +\[\] +\[\*\]$", await ns.RunAsync(version, "auth", "can-i", "--list"));
        Assert.Equal("no", (await ns.TryAsync(version, "auth", "can-i", "get", "pods", "--as=jane")).Output.Trim());
        Assert.Equal(
            $"Error from server (Forbidden): pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"{ns.Name}\"\n",
            (await ns.TryAsync(version, "get", "pods", "--as=jane")).Error);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_cannot_be_done_is_said_once_and_plainly(KubectlVersion version)
    {
        var ns = await PodAsync();
        var gizmo = await (ns.Cluster.Kubectl.CommandFor(version, "create", "-n", ns.Name, "-f", "-") with
        {
            Input = """{"apiVersion":"example.com/v1","kind":"Gizmo","metadata":{"name":"g"} }""",
        }).RunAsync();
        Assert.Contains("no matches for kind \"Gizmo\" in version \"example.com/v1\"", gizmo.Error);

        var missing = (await ns.TryAsync(version, "exec", "web", "--", "no-such-command")).Error;
        Assert.StartsWith("error: Internal error occurred: error executing command in container: failed to exec in container: ", missing);

        // kubectl says itself what it looked for.
        Assert.Equal(
            "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"\", field selector \"spec.color=red\": field label not supported: spec.color\n",
            (await ns.TryAsync(version, "get", "pods", "--field-selector=spec.color=red")).Error);
        Assert.EndsWith(
            "Error from server (Forbidden): namespaces \"kube-public\" is forbidden: this namespace may not be deleted\n",
            (await ns.TryAsync(version, "delete", "namespace", "kube-public")).Error);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Every_kind_can_be_described(KubectlVersion version)
    {
        var ns = await PodAsync();
        await ns.RunAsync("apply", "-f", $"{Repository.Examples}/controllers");
        await ns.RunAsync("create", "deployment", "web", "--image=coppice/testapp:1", "--", "testapp", "serve");
        await ns.RunAsync("create", "service", "clusterip", "web", "--tcp=80:8080");
        await ns.RunAsync("create", "secret", "generic", "keys", "--from-literal=a=b");

        // These come by themselves, a moment later.
        foreach (var kind in (string[])["endpoints", "events"])
        {
            await Eventually.SeeAsync($"some {kind}", Patience, () => ns.RunAsync("get", kind, "-o", "name"), seen => seen.Length > 0);
        }

        foreach (var kind in (string[])["pods", "rc", "rs", "deployments", "services", "endpoints", "configmaps", "secrets", "serviceaccounts", "events", "nodes", $"namespace/{ns.Name}"])
        {
            var result = await ns.TryAsync(version, "describe", kind);
            Assert.True(result.Succeeded && result.Output.Contains("Name:"), $"describe {kind}: {result}");
        }
    }

    private async Task<TestNamespace> PodAsync()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        await ns.PodIsReadyAsync("web", Patience);
        return ns;
    }
}
