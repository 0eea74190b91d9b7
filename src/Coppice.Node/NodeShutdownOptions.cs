namespace Coppice.Node;

/// <summary>How long the pods of a machine that goes down have to end.</summary>
/// <param name="Period">For all of them; a pod's own grace counts if it is shorter. A power supply that runs out may leave no more.</param>
/// <param name="CriticalPeriod">The last part of it, for the pods that others need: those of the system's priority classes end after all others.</param>
public sealed record NodeShutdownOptions(TimeSpan Period, TimeSpan CriticalPeriod)
{
    public static readonly NodeShutdownOptions Default = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
}
