using Coppice.Objects;

namespace Coppice.Client;

/// <summary>Which lease is held, by whom, and how patiently. The times are those of Kubernetes' leader election.</summary>
/// <param name="Key">The lease's namespace and name.</param>
/// <param name="Identity">Who holds it; different for every process that might.</param>
public sealed record LeaseOptions(ObjectKey Key, string Identity)
{
    /// <summary>How long others wait after the last renewal before they take the lease. More than <see cref="RenewWithin"/>.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the holder goes on without a renewal. Less than <see cref="Duration"/>, so that two never hold it at once.</summary>
    public TimeSpan RenewWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it is renewed, and how often one that is held by another is looked at.</summary>
    public TimeSpan TryEvery { get; init; } = TimeSpan.FromSeconds(2);
}
