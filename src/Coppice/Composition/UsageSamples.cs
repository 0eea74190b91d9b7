using Coppice.ApiServer.Usage;
using Coppice.Node.Stats;

namespace Coppice.Composition;

/// <summary>A node's reading as the meter wants it. Pure.</summary>
internal static class UsageSamples
{
    public static NodeSample Of(NodeReading reading) => new(
        reading.At,
        Totals(reading.BootedAt, reading.Usage),
        reading.Pods.ToDictionary(
            pod => pod.Pod.Metadata.Uid ?? "",
            pod => new PodSample(pod.Containers.ToDictionary(one => one.Container.Name, one => Totals(one.Container.StartedAt ?? reading.At, one.Usage)))));

    private static UsageTotals Totals(DateTimeOffset since, Usage usage) => new(since, usage.Totals.CpuNanoseconds, usage.Totals.Memory?.WorkingSet);
}
