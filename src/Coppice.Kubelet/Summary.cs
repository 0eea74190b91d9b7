using System.Buffers;
using System.Text.Json;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Stats;

namespace Coppice.Kubelet;

/// <summary>/stats/summary: a reading as the kubelet's Summary of stats/v1alpha1. What is not known is left out. Pure.</summary>
public static class Summary
{
    public static ReadOnlyMemory<byte> Write(string node, NodeReading reading)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("node");
            json.WriteString("nodeName", node);
            Time(json, "startTime", reading.BootedAt);
            UsageOf(json, reading.Usage, reading.At, reading.MemoryCapacityBytes);
            Network(json, reading.Network, reading.At);
            if (reading.FileSystem is { } fileSystem)
            {
                Files(json, "fs", fileSystem, new(fileSystem.UsedBytes, fileSystem.Files - fileSystem.FilesFree), reading.At);
            }

            json.WriteStartObject("rlimit");
            Time(json, "time", reading.At);
            json.WriteNumber("maxpid", reading.Processes.Max);
            json.WriteNumber("curproc", reading.Processes.Current);
            json.WriteEndObject();
            json.WriteEndObject();

            json.WriteStartArray("pods");
            foreach (var pod in reading.Pods)
            {
                Pod(json, pod, reading);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    private static void Pod(Utf8JsonWriter json, PodReading pod, NodeReading reading)
    {
        var meta = pod.Pod.Metadata;
        json.WriteStartObject();
        json.WriteStartObject("podRef");
        json.WriteString("name", meta.Name);
        json.WriteString("namespace", meta.Namespace);
        json.WriteString("uid", meta.Uid);
        json.WriteEndObject();
        Time(json, "startTime", pod.StartedAt);
        json.WriteStartArray("containers");
        foreach (var container in pod.Containers)
        {
            Container(json, container, reading);
        }

        json.WriteEndArray();
        UsageOf(json, pod.Usage, reading.At, null);
        Network(json, pod.Network, reading.At);
        if (reading.FileSystem is { } fileSystem)
        {
            var files = pod.Containers.SelectMany(one => (FilesUsage[])[one.Layer ?? default, one.Logs]).ToList();
            Files(json, "ephemeral-storage", fileSystem, new(files.Sum(one => one.Bytes), files.Sum(one => one.Files)), reading.At);
        }

        if (pod.Usage.Totals.Processes is { } processes)
        {
            json.WriteStartObject("process_stats");
            json.WriteNumber("process_count", processes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Container(Utf8JsonWriter json, ContainerReading container, NodeReading reading)
    {
        json.WriteStartObject();
        json.WriteString("name", container.Container.Name);
        Time(json, "startTime", container.Container.StartedAt);
        UsageOf(json, container.Usage, reading.At, null);
        if (reading.FileSystem is { } fileSystem)
        {
            Files(json, "rootfs", fileSystem, container.Layer, reading.At);
            Files(json, "logs", fileSystem, container.Logs, reading.At);
        }

        json.WriteEndObject();
    }

    /// <summary>Processor, memory and swap.</summary>
    /// <param name="capacity">Of memory, where there is no other limit; null for none.</param>
    private static void UsageOf(Utf8JsonWriter json, Usage usage, DateTimeOffset at, long? capacity)
    {
        if (usage.Totals.CpuNanoseconds is { } cpu)
        {
            json.WriteStartObject("cpu");
            Time(json, "time", at);
            Number(json, "usageNanoCores", usage.NanoCores);
            json.WriteNumber("usageCoreNanoSeconds", cpu);
            json.WriteEndObject();
        }

        if (usage.Totals.Memory is not { } memory)
        {
            return;
        }

        json.WriteStartObject("memory");
        Time(json, "time", at);
        Number(json, "availableBytes", (memory.Limit ?? capacity) is { } most ? Math.Max(0, most - memory.WorkingSet) : null);
        json.WriteNumber("usageBytes", memory.Usage);
        json.WriteNumber("workingSetBytes", memory.WorkingSet);
        Number(json, "rssBytes", memory.Resident);
        Number(json, "pageFaults", memory.PageFaults);
        Number(json, "majorPageFaults", memory.MajorPageFaults);
        json.WriteEndObject();
        if (memory.Swap is { } swap)
        {
            json.WriteStartObject("swap");
            Time(json, "time", at);
            json.WriteNumber("swapUsageBytes", swap);
            json.WriteEndObject();
        }
    }

    /// <summary>All interfaces, and the first of them, or eth0, as the one.</summary>
    private static void Network(Utf8JsonWriter json, IReadOnlyList<InterfaceCounters> interfaces, DateTimeOffset at)
    {
        if ((interfaces.FirstOrDefault(one => one.Name == "eth0") ?? interfaces.FirstOrDefault()) is not { } main)
        {
            return;
        }

        json.WriteStartObject("network");
        Time(json, "time", at);
        Interface(json, main);
        json.WriteStartArray("interfaces");
        foreach (var one in interfaces)
        {
            json.WriteStartObject();
            Interface(json, one);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Interface(Utf8JsonWriter json, InterfaceCounters one)
    {
        json.WriteString("name", one.Name);
        json.WriteNumber("rxBytes", one.ReceivedBytes);
        json.WriteNumber("rxErrors", one.ReceiveErrors);
        json.WriteNumber("txBytes", one.SentBytes);
        json.WriteNumber("txErrors", one.SendErrors);
    }

    private static void Files(Utf8JsonWriter json, string name, FileSystemSpace room, FilesUsage? used, DateTimeOffset at)
    {
        json.WriteStartObject(name);
        Time(json, "time", at);
        json.WriteNumber("availableBytes", room.AvailableBytes);
        json.WriteNumber("capacityBytes", room.CapacityBytes);
        Number(json, "usedBytes", used?.Bytes);
        json.WriteNumber("inodesFree", room.FilesFree);
        json.WriteNumber("inodes", room.Files);
        Number(json, "inodesUsed", used?.Files);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    // As metav1.Time: whole seconds.
    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
