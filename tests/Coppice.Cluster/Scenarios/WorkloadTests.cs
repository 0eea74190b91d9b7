using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Sets with an order, work that comes to an end, and budgets, as kubectl sees them.</summary>
public sealed class WorkloadTests(SharedCluster shared)
{
    [Fact]
    public async Task A_stateful_sets_pods_come_in_order_and_one_that_dies_comes_back_under_its_name()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              replicas: 2
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        await ns.RunAsync("rollout", "status", "statefulset/db", "--timeout=120s");
        Assert.Equal("db-0 db-1", await ns.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.name}"));

        var before = await ns.ValueAsync("pod/db-0", ".metadata.uid");
        await ns.RunAsync("delete", "pod", "db-0");
        await Eventually.SeeAsync("another db-0", Patience, () => ns.ValueAsync("pod/db-0", ".metadata.uid"), seen => seen.Length > 0 && seen != before);

        await ns.RunAsync("scale", "statefulset", "db", "--replicas=1");
        await Eventually.SeeAsync("the first alone", Patience, () => ns.RunAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.name}"), seen => seen == "db-0");
    }

    [Fact]
    public async Task A_job_is_waited_for_and_a_cron_job_makes_one_by_hand()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "cronjob", "tick", "--image=coppice/testapp:1", "--schedule=0 0 1 1 *", "--", "/usr/local/bin/testapp", "exit", "0");
        await ns.RunAsync("create", "job", "now", "--from=cronjob/tick");
        await ns.RunAsync("wait", "--for=condition=complete", "job/now", "--timeout=120s");

        Assert.Contains("1/1", await ns.RunAsync("get", "job", "now"), StringComparison.Ordinal);
        await ns.RunAsync("delete", "job", "now");
        await Eventually.SeeAsync("no pods", Patience, () => ns.RunAsync("get", "pods", "-o", "name"), seen => seen.Length == 0);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_daemons_new_pod_comes_beside_the_old_one_and_its_template_can_be_gone_back_to(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
              template:
                metadata: {labels: {app: agent}}
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        await ns.RunAsync(version, "rollout", "status", "daemonset/agent", "--timeout=120s");

        await ns.RunAsync(version, "set", "env", "daemonset/agent", "COLOR=red");
        Assert.EndsWith("daemon set \"agent\" successfully rolled out", (await ns.RunAsync(version, "rollout", "status", "daemonset/agent", "--timeout=120s")).TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("red", await Eventually.SeeAsync("the new pod alone", Patience, ColorsAsync, seen => !seen.Contains('-')));

        await ns.RunAsync(version, "rollout", "undo", "daemonset/agent");
        await ns.RunAsync(version, "rollout", "status", "daemonset/agent", "--timeout=120s");
        await Eventually.SeeAsync("the old template's pod alone", Patience, ColorsAsync, seen => seen == "-");
        Assert.Matches(@"(?s)REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>", await ns.RunAsync(version, "rollout", "history", "daemonset/agent"));

        // The color of each pod, and - for one without.
        async Task<string> ColorsAsync() => string.Join(' ', (await ns.RunAsync(
                "get", "pods", "-o", "jsonpath={range .items[*]}:{.spec.containers[0].env[0].value}{end}"))
            .Split(':', StringSplitOptions.None).Skip(1).Select(color => color.Length == 0 ? "-" : color));
    }

    [Fact]
    public async Task A_budget_counts_what_may_be_evicted()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "deployment", "web", "--image=coppice/testapp:1", "--", "/usr/local/bin/testapp", "serve");
        await ns.RunAsync("create", "pdb", "web", "--selector=app=web", "--min-available=1");
        await ns.RunAsync("rollout", "status", "deployment/web", "--timeout=120s");
        await Eventually.SeeAsync("the budget counts", Patience, () => ns.ValueAsync("pdb/web", ".status.currentHealthy"), seen => seen == "1");

        Assert.Equal("0", await ns.ValueAsync("pdb/web", ".status.disruptionsAllowed"));
        Assert.Contains("N/A", await ns.RunAsync("get", "pdb", "web"), StringComparison.Ordinal);
    }
}
