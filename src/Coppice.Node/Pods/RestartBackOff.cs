using Coppice.Client;

namespace Coppice.Node.Pods;

/// <summary>
/// The pauses between restarts of one container, as Kubernetes makes them: the first restart is at once; after it a container has
/// to wait 10 s from its end, then 20 s and so on to 300 s; once it ran for ten minutes, all is forgiven.
/// </summary>
/// <param name="Pause">What the next restart has to wait, from the end of the container.</param>
/// <param name="Since">When the last restart was begun.</param>
public sealed record RestartBackOff(TimeSpan Pause, DateTimeOffset Since)
{
    public static readonly Backoff Pauses = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));
    public static readonly TimeSpan ForgivenAfter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// When a container that ended may be started again; now at the latest when that is at once. An end in the future was recorded before
    /// the clock was set back: nobody can tell how long ago it was, and the container has waited enough.
    /// </summary>
    public static DateTimeOffset RestartAt(RestartBackOff? last, DateTimeOffset endedAt, DateTimeOffset now) =>
        endedAt > now ? now
        : last is null || last.IsForgiven(endedAt) ? endedAt
        : endedAt + last.Pause;

    /// <summary>The state after a restart that is begun now.</summary>
    public static RestartBackOff Next(RestartBackOff? last, DateTimeOffset endedAt, DateTimeOffset now) =>
        new(Pauses.Next(last is null || last.IsForgiven(endedAt) ? TimeSpan.Zero : last.Pause), now);

    private bool IsForgiven(DateTimeOffset endedAt) => endedAt - Since > ForgivenAfter;
}
