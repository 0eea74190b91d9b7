namespace Coppice.Controllers.Autoscaling;

/// <summary>How autoscalers are worked on: Kubernetes' defaults.</summary>
public sealed record AutoscalerOptions
{
    public static readonly AutoscalerOptions Default = new();

    /// <summary>How often what is measured is looked at.</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For how long a recommendation keeps the number of pods from falling below it, unless the autoscaler says otherwise.</summary>
    public TimeSpan ScaleDownWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far a figure may be from its target, as a fraction of it, unless the autoscaler says otherwise.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>For how long after its start the processor's use of a pod may be that of its start, and says nothing while it is not ready.</summary>
    public TimeSpan CpuInitialization { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A pod that became unready within this time after its start was never ready.</summary>
    public TimeSpan InitialReadiness { get; init; } = TimeSpan.FromSeconds(30);
}
