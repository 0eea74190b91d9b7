using Coppice.Node.Logs;

namespace Coppice.Node;

/// <summary>How the agent of one node works.</summary>
public sealed record NodeAgentOptions
{
    public required string NodeName { get; init; }

    /// <summary>How often everything in the runtime is listed, to find what no event told. Events do the daily work.</summary>
    public TimeSpan AuditPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the runtime is asked again after it could not be reached.</summary>
    public TimeSpan RuntimePause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often volumes are brought up to date with their objects, and the size of logs is looked at.</summary>
    public TimeSpan UpkeepPeriod { get; init; } = TimeSpan.FromSeconds(15);

    public LogRotationOptions Logs { get; init; } = new();
}
