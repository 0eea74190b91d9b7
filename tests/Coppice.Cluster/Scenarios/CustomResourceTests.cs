using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Scenarios;

/// <summary>A kind of one's own, made and used with kubectl.</summary>
public sealed class CustomResourceTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_kind_is_defined_explained_used_and_deleted(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        var group = $"{ns.Name}.{version.ToString().ToLowerInvariant()}.example.com";
        await ApplyAsync(ns, version, Definition(group));
        await ns.RunAsync(version, "wait", "--for=condition=established", "--timeout=120s", $"crd/crontabs.{group}");
        Assert.Matches($@"crontabs +ct +{group}(/v1)? +true +CronTab", await ns.RunAsync(version, "api-resources", $"--api-group={group}"));

        var explained = await ns.RunAsync(version, "explain", $"crontabs.spec.every", $"--api-version={group}/v1");
        Assert.Contains("How often it runs.", explained);

        await ApplyAsync(ns, version, Tab(group, "3"));
        Assert.Matches(@"NAME +EVERY +REPLICAS\n *mine +daily +3\n", await ns.RunAsync(version, "get", $"crontabs.{group}"));
        Assert.Matches(@"NAME +EVERY +REPLICAS +NOTE\n *mine +daily +3 *\n", await ns.RunAsync(version, "get", $"crontabs.{group}", "-o", "wide"));
        await ApplyAsync(ns, version, Tab(group, "4"));
        await ns.RunAsync(version, "scale", $"crontabs.{group}/mine", "--replicas=5");
        Assert.Equal("5", (await ns.RunAsync(version, "get", $"crontabs.{group}/mine", "-o", "jsonpath={.spec.replicas}")).Trim());

        var refused = await TryApplyAsync(ns, version, Tab(group, "11"));
        Assert.Contains("spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10", refused);

        await ns.RunAsync(version, "delete", "crd", $"crontabs.{group}");
        Assert.Contains("NotFound", (await ns.TryAsync(version, "get", "crd", $"crontabs.{group}")).Error);
    }

    private static string Definition(string group) => $$$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: "crontabs.{{{group}}}" }
        spec:
          group: {{{group}}}
          scope: Namespaced
          names: {plural: crontabs, kind: CronTab, shortNames: [ct]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
            additionalPrinterColumns:
            - {name: Every, type: string, jsonPath: .spec.every}
            - {name: Replicas, type: integer, jsonPath: .spec.replicas}
            - {name: Note, type: string, jsonPath: .spec.note, priority: 1}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      every: {type: string, description: How often it runs., default: daily}
                      replicas: {type: integer, maximum: 10}
                      note: {type: string}
                  status:
                    type: object
                    properties:
                      replicas: {type: integer}
        """;

    private static string Tab(string group, string replicas) => $$"""
        apiVersion: {{group}}/v1
        kind: CronTab
        metadata: {name: mine}
        spec: {replicas: {{replicas}} }
        """;

    private static async Task ApplyAsync(TestNamespace ns, KubectlVersion version, string manifest) =>
        (await (ns.Cluster.Kubectl.CommandFor(version, "apply", "-n", ns.Name, "-f", "-") with { Input = manifest }).RunAsync()).OrThrow();

    private static async Task<string> TryApplyAsync(TestNamespace ns, KubectlVersion version, string manifest) =>
        (await (ns.Cluster.Kubectl.CommandFor(version, "apply", "-n", ns.Name, "-f", "-") with { Input = manifest }).RunAsync()).Error;
}
