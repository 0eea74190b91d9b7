using System.Text.Json.Serialization;

namespace Coppice.Client.Heartbeats;

/// <summary>What an agent says about twice a second. The server keeps it in its memory alone: nothing is written.</summary>
/// <param name="Session">One life of an agent; the next begins anew.</param>
/// <param name="LeaseLeft">How long what is guarded may still run without another grant, when this was said.</param>
/// <param name="Guarded">The uids of pods that are ended on the node when that time is over, whatever becomes of the agent.</param>
public sealed record Beat(string Session, TimeSpan LeaseLeft, IReadOnlyList<string> Guarded)
{
    /// <summary>Counts them within a session: one that was given up may come after the next.</summary>
    public long Number { get; init; }

    /// <summary>How many before it had no answer. A server that is heard by nobody must not take those for well whom it hears.</summary>
    public int Unanswered { get; init; }

    /// <summary>The agent stops in good order, and may be back soon.</summary>
    public bool IsLeaving { get; init; }
}

/// <summary>The server's answer to a <see cref="Beat"/>.</summary>
/// <param name="Every">How often it wants to hear of the node.</param>
/// <param name="Grant">How long what is guarded may run, from when the heartbeat was sent; zero for no longer than it may already.</param>
/// <param name="IsMissed">The node was taken for gone: it should say how it is.</param>
public sealed record BeatAnswer(TimeSpan Every, TimeSpan Grant, bool IsMissed);

/// <summary>An agent's way to say that it lives.</summary>
public interface IHeartbeatLine
{
    /// <summary>Returns when the server has heard it; throws whatever kept it from being heard.</summary>
    ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken stop);
}

/// <summary>Reads and writes both as JSON, without reflection.</summary>
[JsonSerializable(typeof(Beat))]
[JsonSerializable(typeof(BeatAnswer))]
public sealed partial class HeartbeatJsonContext : JsonSerializerContext;
