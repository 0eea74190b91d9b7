using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Scenarios;

/// <summary>What all components tell of themselves, in the one process that they are.</summary>
public sealed class MetricsTests(SharedCluster shared)
{
    [Fact]
    public async Task Every_component_is_measured_under_its_usual_names()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("run", "web", "--image=nginx:1.16.0");
        await ns.PodIsReadyAsync("web", Patience);
        var text = await ns.RunAsync("get", "--raw", "/metrics");
        foreach (var sample in (string[])
        [
            "apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"exempt\",priority_level=\"exempt\"}",
            "workqueue_adds_total{name=\"Deployments\"}", "scheduler_schedule_attempts_total{profile=\"default-scheduler\",result=\"scheduled\"}",
            "rest_client_requests_total{code=\"201\",host=\"127.0.0.1:6443\",method=\"POST\"}", "kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"}",
            "apiserver_storage_objects{resource=\"pods\"}", "process_cpu_seconds_total", "dotnet_collection_count_total{generation=\"0\"}",
        ])
        {
            Assert.Contains($"\n{sample} ", text);
        }

        var node = await ns.RunAsync("get", "--raw", "/api/v1/nodes/node-1/proxy/metrics");
        Assert.Contains("\nkubelet_runtime_operations_total{operation_type=\"run_podsandbox\"} ", node);
    }
}
