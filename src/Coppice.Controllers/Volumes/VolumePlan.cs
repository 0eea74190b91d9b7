using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>What is to be done about a volume.</summary>
internal abstract record VolumePlan
{
    /// <summary>Its phase is this.</summary>
    /// <param name="News">Why, if there is anything to say; it is the status's message too.</param>
    public sealed record Settle(string Phase, VolumeNews? News = null) : VolumePlan;

    /// <summary>It is to let go of a claim that has another volume.</summary>
    public sealed record Free(PersistentVolume Freed) : VolumePlan;

    /// <summary>Its claim is about to be bound to it, and cannot for this reason; null while it only takes its time.</summary>
    public sealed record Await(VolumeNews? News) : VolumePlan;
}
