namespace Coppice.Node.Fencing;

/// <summary>What may run until when.</summary>
/// <param name="Until">By the machine's uptime.</param>
/// <param name="Pods">The uids of those that are ended then, and whenever they are found after it.</param>
public sealed record FenceLease(TimeSpan Until, IReadOnlyList<string> Pods)
{
    public static readonly FenceLease None = new(TimeSpan.Zero, []);
}

/// <summary>
/// Ends pods when their lease is over, whatever has become of the agent: it may have crashed, hang or be suspended, and its containers run
/// on without it.
/// </summary>
public interface IFenceGuard
{
    /// <summary>How long the machine has been up, the time in which it slept among it. Nobody sets it, and it is the same for all processes.</summary>
    TimeSpan Uptime { get; }

    /// <summary>It was seen at work a moment ago. What nobody guards must not be promised.</summary>
    bool IsAwake { get; }

    /// <summary>What it was given last, by whichever life of the agent.</summary>
    FenceLease Current { get; }

    /// <summary>Replaces what it was given. It is started if there is anything to guard.</summary>
    /// <exception cref="IOException">The machine does not let it.</exception>
    void Keep(FenceLease lease);
}
