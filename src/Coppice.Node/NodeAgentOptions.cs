namespace Coppice.Node;

/// <summary>How the agent of one node works.</summary>
public sealed record NodeAgentOptions
{
    public required string NodeName { get; init; }

    /// <summary>How often everything in the runtime is listed, to find what no event told. Events do the daily work.</summary>
    public TimeSpan AuditPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the runtime is asked again after it could not be reached.</summary>
    public TimeSpan RuntimePause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The pods that the node takes; the number it shows as its capacity.</summary>
    public int PodsMax { get; init; } = 110;
}

/// <summary>The node's own object in the API: it is registered, and from then on kept alive (its status and lease).</summary>
public interface INodePresence
{
    /// <summary>Registers the node and keeps its status and lease until stopped.</summary>
    Task RunAsync(CancellationToken stop);
}
