using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Pods that burn more of the processor than they should are made more, as far as is allowed.</summary>
public sealed class AutoscalingTests(SharedCluster shared)
{

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_deployment_grows_with_what_its_pods_use(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: burner}
            spec:
              selector: {matchLabels: {app: burner} }
              template:
                metadata: {labels: {app: burner} }
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: app, image: coppice/testapp:1, command: [sh, -c, "while :; do :; done"], resources: {requests: {cpu: 50m}, limits: {cpu: 100m} } }
            """);
        await ns.RunAsync(version, "autoscale", "deployment", "burner", "--cpu-percent=80", "--max=2");

        await Eventually.SeeAsync("a second pod", Patience, () => ns.ValueAsync("deployment/burner", ".spec.replicas"), seen => seen == "2");

        // What it goes by is told after the target was scaled.
        await Eventually.SeeAsync("the pods' figures", Patience, () => ns.RunAsync(version, "get", "hpa"),
            seen => Regex.IsMatch(seen, @"burner +Deployment/burner +cpu: \d+%/80% +1 +2 +\d"));
        var told = await Eventually.SeeAsync("why", Patience, () => ns.RunAsync(version, "describe", "hpa", "burner"), seen => seen.Contains("SuccessfulRescale", StringComparison.Ordinal));
        Assert.Contains("New size: 2; reason: cpu resource utilization (percentage of request) above target", told, StringComparison.Ordinal);
        await ns.SeesAsync(
            "hpa/burner",
            ".status.conditions[?(@.type==\"AbleToScale\")].status} {.status.conditions[?(@.type==\"ScalingActive\")].status",
            "True True",
            Patience);
    }
}
