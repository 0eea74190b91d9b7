using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Node;
using Coppice.Node.Heartbeat;
using Coppice.Node.ImageCollection;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Objects;

namespace Coppice.Kubelet;

/// <summary>
/// /configz: how the node works, in the fields of a kubelet's KubeletConfiguration. Only what is true here is said: no default is given for
/// what a kubelet has and this has not.
/// </summary>
public static class KubeletConfiguration
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="runtimeSocket">Of containerd.</param>
    public static ReadOnlyMemory<byte> Write(NodeAgentOptions agent, NodeEnvironment node, NodeShutdownOptions shutdown, string runtimeSocket)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("kubeletconfig");
            WriteEndpoint(json, agent.Status.EndpointPort);
            WriteReports(json, agent);
            WritePods(json, agent, node);
            WriteImages(json, agent.Images);
            WriteEviction(json, agent.Eviction);
            WriteMachine(json, node, runtimeSocket);
            json.WriteString("shutdownGracePeriod", GoDuration.Write(shutdown.Period));
            json.WriteString("shutdownGracePeriodCriticalPods", GoDuration.Write(shutdown.CriticalPeriod));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteEndpoint(Utf8JsonWriter json, int port)
    {
        json.WriteBoolean("enableServer", true);
        json.WriteString("address", "::");
        json.WriteNumber("port", port);
        json.WriteNumber("healthzPort", 0);
        json.WriteBoolean("enableDebuggingHandlers", true);
        json.WriteBoolean("enableSystemLogHandler", true);
        json.WriteBoolean("enableSystemLogQuery", true);
        json.WriteStartObject("authentication");
        WriteSwitch(json, "webhook", true);
        WriteSwitch(json, "anonymous", false);
        json.WriteEndObject();
        json.WriteStartObject("authorization");
        json.WriteString("mode", "Webhook");
        json.WriteEndObject();
    }

    private static void WriteSwitch(Utf8JsonWriter json, string name, bool isOn)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("enabled", isOn);
        json.WriteEndObject();
    }

    private static void WriteReports(Utf8JsonWriter json, NodeAgentOptions agent)
    {
        json.WriteBoolean("registerNode", true);
        json.WriteString("nodeStatusUpdateFrequency", GoDuration.Write(agent.Status.Period));
        json.WriteString("nodeStatusReportFrequency", GoDuration.Write(agent.Status.ReportEvery));
        json.WriteNumber("nodeStatusMaxImages", agent.Status.ImagesMax);
        json.WriteNumber("nodeLeaseDurationSeconds", (long)new NodeLeaseOptions().Duration.TotalSeconds);
    }

    private static void WritePods(Utf8JsonWriter json, NodeAgentOptions agent, NodeEnvironment node)
    {
        json.WriteNumber("maxPods", agent.Status.PodsMax);
        json.WriteNumber("podPidsLimit", node.Processes.PodMax);
        json.WriteString("clusterDomain", node.Sandboxes.ClusterDomain);
        json.WriteStartArray("clusterDNS");
        foreach (var address in node.Sandboxes.ClusterDns)
        {
            json.WriteStringValue(address);
        }

        json.WriteEndArray();
        json.WriteString("resolvConf", "/etc/resolv.conf");
        json.WriteString("podLogsDir", node.Sandboxes.LogRoot);
        json.WriteString("containerLogMaxSize", Quantity.FromBytes(agent.Logs.SizeMaxBytes).ToString());
        json.WriteNumber("containerLogMaxFiles", agent.Logs.FilesMax);
        json.WriteString("configMapAndSecretChangeDetectionStrategy", "Watch");
        json.WriteBoolean("localStorageCapacityIsolation", true);
        json.WriteBoolean("seccompDefault", false);
    }

    private static void WriteImages(Utf8JsonWriter json, ImageCollectionOptions images)
    {
        json.WriteBoolean("serializeImagePulls", false);
        json.WriteString("imagePullCredentialsVerificationPolicy", "NeverVerifyPreloadedImages");
        json.WriteString("imageMinimumGCAge", GoDuration.Write(images.AgeMin));
        json.WriteNumber("imageGCHighThresholdPercent", images.HighThresholdPercent);
        json.WriteNumber("imageGCLowThresholdPercent", images.LowThresholdPercent);
    }

    private static void WriteEviction(Utf8JsonWriter json, EvictionOptions eviction)
    {
        json.WriteStartObject("evictionHard");
        foreach (var threshold in eviction.Hard)
        {
            json.WriteString(threshold.Signal.Name, threshold.Value);
        }

        json.WriteEndObject();
        json.WriteString("evictionPressureTransitionPeriod", GoDuration.Write(eviction.TransitionPeriod));
    }

    private static void WriteMachine(Utf8JsonWriter json, NodeEnvironment node, string runtimeSocket)
    {
        json.WriteString("containerRuntimeEndpoint", $"unix://{runtimeSocket}");
        json.WriteBoolean("cgroupsPerQOS", true);
        json.WriteString("cgroupDriver", "cgroupfs");
        json.WriteString("cpuManagerPolicy", "none");
        json.WriteString("memoryManagerPolicy", "None");
        json.WriteString("topologyManagerPolicy", "none");
        json.WriteBoolean("failSwapOn", false);
        json.WriteBoolean("singleProcessOOMKill", !node.OomKillsWhole);
    }
}
