using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>A pod's class of service as the tree of cgroups knows it. Pure.</summary>
public static class QualityOfService
{
    public static PodQuality Of(Pod pod) => PodQos.Of(pod.Spec) switch
    {
        PodQOSClass.Guaranteed => PodQuality.Guaranteed,
        PodQOSClass.Burstable => PodQuality.Burstable,
        _ => PodQuality.BestEffort,
    };
}
