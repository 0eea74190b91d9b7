using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>What is to be said of a claim or a volume in an event.</summary>
/// <param name="Type">Normal or Warning.</param>
internal sealed record VolumeNews(string Type, string Reason, string Message)
{
    public static VolumeNews Normal(string reason, string message) => new("Normal", reason, message);

    public static VolumeNews Warning(string reason, string message) => new("Warning", reason, message);
}

/// <summary>What is to be done about a claim.</summary>
internal abstract record ClaimPlan
{
    /// <summary>Claim and volume are to name each other, and both are bound.</summary>
    public sealed record Bind(PersistentVolume Volume) : ClaimPlan;

    /// <summary>There is no volume for it yet.</summary>
    /// <param name="News">Null if there is nothing to say.</param>
    public sealed record Wait(VolumeNews? News) : ClaimPlan;

    /// <summary>Somebody is to make a volume for it.</summary>
    public sealed record Provision(string Provisioner) : ClaimPlan;

    /// <summary>Its volume was to be made on a node that is gone: another one is to be chosen.</summary>
    public sealed record Replace : ClaimPlan;

    /// <summary>It named no class, and there is a default by now.</summary>
    public sealed record Classify(string Class) : ClaimPlan;

    /// <summary>It had a volume, and has none any more.</summary>
    public sealed record Lose(VolumeNews News) : ClaimPlan;
}
