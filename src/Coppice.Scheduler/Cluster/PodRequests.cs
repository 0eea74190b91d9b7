using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>What a pod needs of a node at its worst moment, as Kubernetes counts it.</summary>
internal static class PodRequests
{
    /// <summary>What a container without a request is taken to use when nodes are compared: a tenth of a CPU.</summary>
    private const long UnstatedMilliCpu = 100;

    /// <summary>And 200 MB (not MiB).</summary>
    private const long UnstatedMemory = 200 * 1024 * 1024;

    /// <summary>What is asked for, and so what a node must have.</summary>
    public static ResourceAmounts Asked(PodSpec spec) => Sum(spec, c => ResourceAmounts.Of(c.Resources.Requests));

    /// <summary>The same with a guess for what was left unsaid, so that pods without requests are spread, too.</summary>
    public static ResourceAmounts Guessed(PodSpec spec) => Sum(spec, c =>
    {
        var asked = ResourceAmounts.Of(c.Resources.Requests);
        return asked with
        {
            MilliCpu = c.Resources.Requests.ContainsKey(ResourceName.Cpu) ? asked.MilliCpu : UnstatedMilliCpu,
            Memory = c.Resources.Requests.ContainsKey(ResourceName.Memory) ? asked.Memory : UnstatedMemory,
        };
    });

    private static ResourceAmounts Sum(PodSpec spec, Func<Container, ResourceAmounts> requests)
    {
        var running = default(ResourceAmounts);
        foreach (var container in spec.Containers)
        {
            running += requests(container);
        }

        // Init containers run one after another, each beside the sidecars that were started before it.
        var sidecars = default(ResourceAmounts);
        var peak = default(ResourceAmounts);
        foreach (var container in spec.InitContainers)
        {
            var request = requests(container);
            if (container.RestartPolicy == ContainerRestartPolicy.Always)
            {
                sidecars += request;
                peak = ResourceAmounts.Max(peak, sidecars);
            }
            else
            {
                peak = ResourceAmounts.Max(peak, sidecars + request);
            }
        }

        var total = ResourceAmounts.Max(running + sidecars, peak);
        if (spec.Resources is { } whole)
        {
            // What the pod asks for as a whole stands in the place of what its containers do.
            var asked = ResourceAmounts.Of(whole.Requests);
            total = total with
            {
                MilliCpu = whole.Requests.ContainsKey(ResourceName.Cpu) ? asked.MilliCpu : total.MilliCpu,
                Memory = whole.Requests.ContainsKey(ResourceName.Memory) ? asked.Memory : total.Memory,
                Others = total.Others.With(asked.Others),
            };
        }

        return total + ResourceAmounts.Of(spec.Overhead);
    }
}
