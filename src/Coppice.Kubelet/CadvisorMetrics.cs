using Coppice.Client.Metrics;
using Coppice.Node.Stats;

namespace Coppice.Kubelet;

/// <summary>/metrics/cadvisor: the usual figures of containers under cAdvisor's names, which dashboards ask for. Pure.</summary>
public static class CadvisorMetrics
{
    public static ReadOnlyMemory<byte> Write(NodeReading reading)
    {
        var text = new MetricsText();
        var families = new Families(text);
        families.Add(new Subject("", "/", "", "", "", ""), reading.Usage, reading.At);
        foreach (var pod in reading.Pods)
        {
            var (ns, name) = (pod.Pod.Metadata.Namespace ?? "", pod.Pod.Metadata.Name ?? "");
            foreach (var one in pod.Containers)
            {
                var subject = new Subject(one.Container.Name, one.Cgroup, one.Container.Image, one.Container.Id, ns, name);
                families.Add(subject, one.Usage, reading.At);
                families.AddFiles(subject, one, reading.At);
            }

            families.AddNetwork(pod, reading.At);
        }

        text.Gauge("machine_cpu_cores", "Number of logical CPU cores.").Sample(Environment.ProcessorCount, null);
        text.Gauge("machine_memory_bytes", "Amount of memory installed on the machine.").Sample(reading.MemoryCapacityBytes, null);
        return text.ToBytes();
    }

    /// <summary>What a sample is of.</summary>
    private sealed record Subject(string Container, string Cgroup, string Image, string Id, string Namespace, string Pod)
    {
        public (string, string)[] Labels =>
            [("container", Container), ("id", Cgroup), ("image", Image), ("name", Id), ("namespace", Namespace), ("pod", Pod)];

        public (string, string)[] LabelsOfProcessors =>
            [("container", Container), ("cpu", "total"), ("id", Cgroup), ("image", Image), ("name", Id), ("namespace", Namespace), ("pod", Pod)];
    }

    private sealed class Families(MetricsText text)
    {
        private readonly MetricsText.Family _cpu = text.Counter("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.");
        private readonly MetricsText.Family _memory = text.Gauge("container_memory_usage_bytes", "Current memory usage in bytes, including all memory regardless of when it was accessed");
        private readonly MetricsText.Family _workingSet = text.Gauge("container_memory_working_set_bytes", "Current working set in bytes.");
        private readonly MetricsText.Family _resident = text.Gauge("container_memory_rss", "Size of RSS in bytes.");
        private readonly MetricsText.Family _cache = text.Gauge("container_memory_cache", "Number of bytes of page cache memory.");
        private readonly MetricsText.Family _swap = text.Gauge("container_memory_swap", "Container swap usage in bytes.");
        private readonly MetricsText.Family _limit = text.Gauge("container_spec_memory_limit_bytes", "Memory limit for the container.");
        private readonly MetricsText.Family _processes = text.Gauge("container_threads", "Number of threads running inside the container");
        private readonly MetricsText.Family _started = text.Gauge("container_start_time_seconds", "Start time of the container since unix epoch in seconds.");
        private readonly MetricsText.Family _seen = text.Gauge("container_last_seen", "Last time a container was seen by the exporter");
        private readonly MetricsText.Family _files = text.Gauge("container_fs_usage_bytes", "Number of bytes that are consumed by the container on this filesystem.");
        private readonly MetricsText.Family _received = text.Counter("container_network_receive_bytes_total", "Cumulative count of bytes received");
        private readonly MetricsText.Family _receiveErrors = text.Counter("container_network_receive_errors_total", "Cumulative count of errors encountered while receiving");
        private readonly MetricsText.Family _sent = text.Counter("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted");
        private readonly MetricsText.Family _sendErrors = text.Counter("container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting");

        public void Add(Subject subject, Usage usage, DateTimeOffset at)
        {
            var memory = usage.Totals.Memory;
            _cpu.Sample(ResourceMetrics.Seconds(usage), at, subject.LabelsOfProcessors);
            _memory.Sample(memory?.Usage, at, subject.Labels);
            _workingSet.Sample(memory?.WorkingSet, at, subject.Labels);
            _resident.Sample(memory?.Resident, at, subject.Labels);
            _cache.Sample(memory?.Cache, at, subject.Labels);
            _swap.Sample(memory?.Swap, at, subject.Labels);
            _processes.Sample(usage.Totals.Processes, at, subject.Labels);
            _seen.Sample(at.ToUnixTimeSeconds(), at, subject.Labels);
            if (memory is not null)
            {
                _limit.Sample(memory.Limit ?? 0, null, subject.Labels);
            }
        }

        public void AddFiles(Subject subject, ContainerReading one, DateTimeOffset at)
        {
            _started.Sample(one.Container.StartedAt?.ToUnixTimeSeconds(), null, subject.Labels);
            _files.Sample(one.Layer?.Bytes, at, subject.Labels);
        }

        public void AddNetwork(PodReading pod, DateTimeOffset at)
        {
            foreach (var one in pod.Network)
            {
                (string, string)[] labels = [("interface", one.Name), ("namespace", pod.Pod.Metadata.Namespace ?? ""), ("pod", pod.Pod.Metadata.Name ?? "")];
                _received.Sample(one.ReceivedBytes, at, labels);
                _receiveErrors.Sample(one.ReceiveErrors, at, labels);
                _sent.Sample(one.SentBytes, at, labels);
                _sendErrors.Sample(one.SendErrors, at, labels);
            }
        }
    }
}
