using System.Diagnostics;
using System.Globalization;
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
            {"cdiVersion": "1.0.0", "kind": "{{{{driverName}}}}/gpu",
             "containerEdits": {"hooks": [{"hookName": "poststop", "path": "/bin/sh", "args": ["sh", "-c", "echo >> {{{{directory.File("stopped")}}}}"]}]},
             "devices": [{"name": "0", "containerEdits": {
              "env": ["GPU=zero"],
              "deviceNodes": [{"path": "/dev/gpu0", "hostPath": "/dev/zero", "fileMode": 416, "gid": 4455}],
              "mounts": [{"hostPath": "{{{{directory.File("firmware")}}}}", "containerPath": "/etc/firmware", "options": ["ro", "bind", "noexec"]}],
              "additionalGids": [4455],
              "hooks": [{"hookName": "createRuntime", "path": "/bin/sh", "args": ["sh", "-c", "cat > {{{{directory.File("created")}}}}; echo $HOOK >> $0", "{{{{directory.File("created")}}}}"], "env": ["HOOK=ran"], "timeout": 10}]}}]}
            """);
        await using var driver = await FakeDriver.StartAsync(driverName, Path.Combine(ns.Cluster.DataDirectory, "plugins_registry"), directory.Path);
        driver.Prepare = _ => ([new("pool", "gpu-0", [$"{driverName}/gpu=0"])], "");
        await Eventually.TrueAsync("the driver registered", Patience, () => driver.Calls.Contains("registered"));
        try
        {
            await OfferAsync(ns, driverName);
            await ns.ApplyAsync(User("first", spec, resources.Replace("NAMESPACE", ns.Name, StringComparison.Ordinal)));
            await ns.PodIsReadyAsync("first", Patience);
            Assert.Equal(
                "zero version 7 640 0 4455\n", await ns.RunAsync("exec", "first", "--", "sh", "-c", "echo $GPU $(cat /etc/firmware) $(stat -c '%a %u %g' /dev/gpu0)"));
            Assert.Contains("4455", await ns.RunAsync("exec", "first", "--", "id", "-G"), StringComparison.Ordinal);
            Assert.Matches(" /etc/firmware .*noexec", await ns.RunAsync("exec", "first", "--", "cat", "/proc/mounts"));
            var id = (await ns.ValueAsync("pod/first", ".status.containerStatuses[0].containerID"))["containerd://".Length..];
            Assert.Matches($"(?s)^{{.*\"{id}\".*}}ran\n$", await File.ReadAllTextAsync(directory.File("created")));
            Assert.False(File.Exists(directory.File("stopped")));
            await CheckFiguresAsync(ns, driverName, claim);
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

            Assert.Equal("\n", await File.ReadAllTextAsync(directory.File("stopped")));
            await TaintAsync(ns);
            await Eventually.SeeAsync("no claim left", Patience, () => ns.RunAsync("get", "resourceclaims", "-o", "name"), seen => seen.Length == 0);
            Assert.StartsWith($"unprepare second-{claim}-", driver.Calls[^1], StringComparison.Ordinal);
        }
        finally
        {
            await ns.RunAsync("delete", $"resourceslices/{ns.Name}", $"deviceclasses/{ns.Name}", "--ignore-not-found");
            File.Delete(specification);
        }
    }

    /// <summary>What is told of a pod's claim and of its driver, by all who had to do with it. Others' claims are counted too.</summary>
    private static async Task CheckFiguresAsync(TestNamespace ns, string driver, string claim)
    {
        var isExtended = claim != "gpu";
        var cluster = await ns.RunAsync("get", "--raw", "/metrics");
        var source = isExtended ? "extended_resource" : "resource_claim_template";
        Assert.InRange(Value(cluster, isExtended ? "scheduler_resourceclaim_creates_total{status=\"success\"}"
            : "resourceclaim_controller_creates_total{status=\"success\",admin_access=\"false\"}"), 1, 100);
        Assert.InRange(Value(cluster, $"resourceclaim_controller_resource_claims{{allocated=\"true\",admin_access=\"false\",source=\"{source}\"}}"), 1, 100);

        var node = await ns.RunAsync("get", "--raw", "/api/v1/nodes/node-1/proxy/metrics");
        const string Prepared = "{operation_name=\"PrepareResources\",is_error=\"false\"}";
        Assert.InRange(Value(node, $"dra_operations_duration_seconds_count{Prepared}"), 1, 100);
        Assert.InRange(Value(node, $"dra_operations_duration_seconds_sum{Prepared}"), 1e-5, 60);
        var asked = $"{{driver_name=\"{driver}\",method_name=\"/k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/NodePrepareResources\",grpc_status_code=\"OK\"}}";
        Assert.Equal(1, Value(node, $"dra_grpc_operations_duration_seconds_count{asked}"));
        Assert.InRange(Value(node, $"dra_grpc_operations_duration_seconds_sum{asked}"), 1e-6, 10);
        Assert.Equal(1, Value(node, $"dra_resource_claims_in_use{{driver_name=\"{driver}\"}}"));
        Assert.InRange(Value(node, "dra_resource_claims_in_use{driver_name=\"<any>\"}"), 1, 100);
    }

    /// <summary>Whoever uses the device has to go, which is counted.</summary>
    private static async Task TaintAsync(TestNamespace ns)
    {
        const string Total = "device_taint_eviction_controller_pod_deletions_total";
        const string Latency = "device_taint_eviction_controller_pod_deletion_duration_seconds";
        var before = Value(await ns.RunAsync("get", "--raw", "/metrics"), Total);
        await ns.RunAsync(
            "patch", $"resourceslice/{ns.Name}", "--type=json", "-p", """[{"op":"add","path":"/spec/devices/0/taints","value":[{"key":"example.com/broken","effect":"NoExecute"}]}]""");
        await Eventually.SeeAsync("no pod left", Patience, () => ns.RunAsync("get", "pods", "-o", "name"), seen => seen.Length == 0);
        var text = await ns.RunAsync("get", "--raw", "/metrics");
        Assert.InRange(Value(text, Total), before + 1, before + 10);
        Assert.Equal(Value(text, Total), Value(text, $"{Latency}_count"));
        Assert.InRange(Value(text, $"{Latency}_sum"), 0, 60);
    }

    private static double Value(string metrics, string sample)
    {
        var line = metrics.Split('\n').FirstOrDefault(one => one.StartsWith($"{sample} ", StringComparison.Ordinal));
        Assert.True(line is not null, $"{sample} is not among\n{metrics}");
        return double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture);
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
