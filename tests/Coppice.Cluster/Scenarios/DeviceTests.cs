using System.Diagnostics;
using Coppice.Cluster.Harness;
using Coppice.Testing;
using Coppice.Testing.Devices;

namespace Coppice.Cluster.Scenarios;

/// <summary>Pods get devices of a driver by claims, from the API to the container, and give them back.</summary>
public sealed class DeviceTests(SharedCluster shared, ITestOutputHelper output)
{
    [Theory]
    [InlineData("gpu", "resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]", "claims: [{name: gpu}]")]
    [InlineData("extended-resources", "restartPolicy: Always", "limits: {NAMESPACE.example.com/gpu: 1}")]
    public async Task A_pod_gets_a_device_by_a_template_or_as_an_extended_resource_and_the_next_one_gets_it_when_the_first_is_gone(string claim, string spec, string resources)
    {
        var ns = await shared.NewNamespaceAsync();
        var driverName = $"{ns.Name}.example.com";
        using var directory = new TemporaryDirectory("dra-");
        await File.WriteAllTextAsync(directory.File("firmware"), "version 7\n");
        var specification = Path.Combine(Directory.CreateDirectory(Path.Combine(ns.Cluster.DataDirectory, "cdi")).FullName, $"{ns.Name}.json");
        await File.WriteAllTextAsync(specification, $$$$"""
            {"cdiVersion": "0.6.0", "kind": "{{{{driverName}}}}/gpu", "devices": [{"name": "0", "containerEdits": {
              "env": ["GPU=zero"],
              "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/zero"}],
              "mounts": [{"hostPath": "{{{{directory.File("firmware")}}}}", "containerPath": "/etc/firmware", "options": ["ro", "bind"]}]}}]}
            """);
        await using var driver = await FakeDriver.StartAsync(driverName, Path.Combine(ns.Cluster.DataDirectory, "plugins_registry"), directory.Path);
        driver.Prepare = _ => ([new("pool", "gpu-0", [$"{driverName}/gpu=0"])], "");
        await Eventually.TrueAsync("the driver registered", Patience, () => driver.Calls.Contains("registered"));
        try
        {
            await OfferAsync(ns, driverName);
            await ns.ApplyAsync(User("first", spec, resources.Replace("NAMESPACE", ns.Name, StringComparison.Ordinal)));
            await ns.PodIsReadyAsync("first", Patience);
            Assert.Equal("zero version 7 /dev/gpu0\n", await ns.RunAsync("exec", "first", "--", "sh", "-c", "echo $GPU $(cat /etc/firmware) $(ls /dev/gpu0)"));
            Assert.Matches($@"first-{claim}-\w{{5}} +allocated,reserved", await ns.RunAsync("get", "resourceclaims"));

            await ns.ApplyAsync(User("second", spec, resources.Replace("NAMESPACE", ns.Name, StringComparison.Ordinal)));
            await ns.SeesAsync("pod/second", ".status.conditions[?(@.type==\"PodScheduled\")].reason", "Unschedulable", Patience);
            Assert.StartsWith(
                "0/1 nodes are available: 1 cannot allocate all claims.",
                await ns.ValueAsync("pod/second", ".status.conditions[?(@.type==\"PodScheduled\")].message"));

            var clock = Stopwatch.StartNew();
            await ns.RunAsync("delete", "pod", "first");
            output.WriteLine($"kubectl delete: {clock.ElapsedMilliseconds} ms");
            await ns.PodIsReadyAsync("second", Patience);
            output.WriteLine($"from the deletion to the second one Ready: {clock.ElapsedMilliseconds} ms");
            Assert.Equal("zero\n", await ns.RunAsync("exec", "second", "--", "sh", "-c", "echo $GPU"));
            Assert.Equal(["prepare", "unprepare", "prepare"], driver.Calls.Where(call => call != "registered").Select(call => call.Split(' ')[0]));

            await ns.RunAsync("delete", "pod", "second");
            await Eventually.SeeAsync("no claim left", Patience, () => ns.RunAsync("get", "resourceclaims", "-o", "name"), seen => seen.Length == 0);
            Assert.StartsWith($"unprepare second-{claim}-", driver.Calls[^1], StringComparison.Ordinal);
        }
        finally
        {
            await ns.RunAsync("delete", $"resourceslices/{ns.Name}", $"deviceclasses/{ns.Name}", "--ignore-not-found");
            File.Delete(specification);
        }
    }

    [Fact]
    public async Task Who_may_report_of_a_drivers_devices_writes_that_to_the_status_of_a_claim_and_nothing_else()
    {
        var ns = await shared.NewNamespaceAsync();
        var account = $"system:serviceaccount:{ns.Name}:driver";
        await ns.ApplyAsync($$$$"""
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaim
            metadata: {name: nic}
            spec: {devices: {requests: [{name: one, exactly: {deviceClassName: nics}}]}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: driver}
            rules:
            - {apiGroups: [resource.k8s.io], resources: [resourceclaims], verbs: [get]}
            - {apiGroups: [resource.k8s.io], resources: [resourceclaims/status], verbs: [get, patch]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: driver}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: driver}
            subjects: [{kind: ServiceAccount, name: driver, namespace: {{{{ns.Name}}}}}]
            """);
        const string Allocation = """{"status":{"allocation":{"devices":{"results":[{"request":"one","driver":"nic.example.com","pool":"n1","device":"eth1"}]}}}}""";
        const string Devices = """{"status":{"devices":[{"driver":"nic.example.com","pool":"n1","device":"eth1","networkData":{"interfaceName":"net1","ips":["10.9.8.7/24"]}}]}}""";
        await Eventually.SeeAsync("the refusal", Patience, () => PatchAsync(Allocation, account),
            refused => refused.Contains("status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"patch\" permission", StringComparison.Ordinal));
        Assert.Equal("", await PatchAsync(Allocation, null));
        Assert.Contains("changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[arbitrary-node:patch]\" permission", await PatchAsync(Devices, account), StringComparison.Ordinal);

        await ns.RunAsync(
            "patch", "role", "driver", "--type=json",
            "-p", """[{"op":"add","path":"/rules/-","value":{"apiGroups":["resource.k8s.io"],"resources":["resourceclaims/driver"],"resourceNames":["nic.example.com"],"verbs":["arbitrary-node:patch"]}}]""");
        await Eventually.SeeAsync("the report", Patience, () => PatchAsync(Devices, account), refused => refused.Length == 0);
        Assert.Equal("net1 10.9.8.7/24", await ns.RunAsync("get", "resourceclaim", "nic", "-o", "jsonpath={.status.devices[0].networkData.interfaceName} {.status.devices[0].networkData.ips[0]}"));
        Assert.Contains("resourceclaims/binding", await PatchAsync("""{"status":{"allocation":null}}""", account), StringComparison.Ordinal);

        async Task<string> PatchAsync(string status, string? user) =>
            (await ns.TryAsync(KubectlVersion.Newest, ["patch", "resourceclaim", "nic", "--subresource=status", "--type=merge", "-p", status, .. user is null ? Array.Empty<string>() : ["--as", user]])).Error;
    }

    private static async Task OfferAsync(TestNamespace ns, string driver)
    {
        var node = await ns.RunAsync("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}");
        await ns.ApplyAsync($$$$"""
            apiVersion: resource.k8s.io/v1
            kind: DeviceClass
            metadata: {name: {{{{ns.Name}}}}}
            spec: {extendedResourceName: {{{{ns.Name}}}}.example.com/gpu, selectors: [{cel: {expression: 'device.driver == "{{{{driver}}}}"'}}]}
            ---
            apiVersion: resource.k8s.io/v1
            kind: ResourceSlice
            metadata: {name: {{{{ns.Name}}}}}
            spec: {driver: {{{{driver}}}}, nodeName: {{{{node}}}}, pool: {name: pool, generation: 1, resourceSliceCount: 1}, devices: [{name: gpu-0}]}
            ---
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaimTemplate
            metadata: {name: gpu}
            spec: {spec: {devices: {requests: [{name: one, exactly: {deviceClassName: {{{{ns.Name}}}}}}]}}}
            """);
    }

    private static string User(string name, string spec, string resources) => $$$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{{{name}}}}}
        spec:
          terminationGracePeriodSeconds: 1
          {{{{spec}}}}
          containers: [{name: app, image: coppice/testapp:1, args: [serve], resources: { {{{{resources}}}} }}]
        """;
}
