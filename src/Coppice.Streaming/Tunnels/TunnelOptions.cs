namespace Coppice.Streaming.Tunnels;

/// <summary>The limits of a tunnel, the same on both of its sides.</summary>
public sealed record TunnelOptions
{
    /// <value>
    /// How often the server says that it is there, and the agent answers; 10 seconds, which is less than any address translator forgets
    /// an idle connection after.
    /// </value>
    public TimeSpan BeatEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>After so long a silence a side takes the other for gone: 25 seconds, two beats and a little.</value>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(25);

    /// <value>
    /// How long an agent may take to dial when it is asked to, and a server to answer it; 4 seconds, less than whoever asks for a node's
    /// figures waits. After that its tunnel counts for broken.
    /// </value>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <value>The pause before an agent offers a tunnel again that has ended; 1 second.</value>
    public TimeSpan RetryEvery { get; init; } = TimeSpan.FromSeconds(1);
}
