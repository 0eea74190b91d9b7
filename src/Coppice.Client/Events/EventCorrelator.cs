using Coppice.Objects.Core;

namespace Coppice.Client;

/// <summary>What was recorded, as the recorder's queue holds it.</summary>
/// <param name="At">When it happened, in whole seconds.</param>
internal sealed record Occurrence(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At)
{
    /// <summary>Who tells, and by which client, if it is not the recorder's own component.</summary>
    public EventTeller? Teller { get; init; }
}

/// <summary>One of several who tell by the same recorder.</summary>
internal sealed record EventTeller(string Component, IApiClient Api);

/// <summary>What is told of what: events that agree in this are similar.</summary>
internal sealed record EventSubject(ObjectReference About, string Type, string Reason);

/// <summary>An event to write.</summary>
/// <param name="Previous">The event as it stands, if this is a repeat of it; then only count, time and message change.</param>
/// <param name="Count">How often it has happened by now.</param>
internal sealed record EventRecord(EventIdentity Identity, Occurrence Occurrence, Event? Previous, int Count);

/// <summary>Occurrences that agree in this are one event.</summary>
internal sealed record EventIdentity(EventSubject Subject, string? FieldPath, string Message);

/// <summary>
/// Decides what becomes of an occurrence: a new event, a repeat of one that is written already, a part of a combined one, or nothing
/// because its object has had its share. The rules are those of Kubernetes' event correlator. For one thread at a time.
/// </summary>
internal sealed class EventCorrelator(EventLimits limits)
{
    private const string CombinedPrefix = "(combined from similar events): ";

    private readonly RecentTable<EventSubject, SimilarEvents> _similar = new(limits.Remembered);
    private readonly RecentTable<EventIdentity, (Event? Written, int Count)> _known = new(limits.Remembered);
    private readonly RecentTable<ObjectReference, TokenBucket> _buckets = new(limits.Remembered);

    /// <returns>What to write, or null for nothing.</returns>
    public EventRecord? Correlate(Occurrence occurrence)
    {
        var target = occurrence.About with { ResourceVersion = null, FieldPath = null };
        var subject = new EventSubject(target, occurrence.Type, occurrence.Reason);
        var combined = IsOneOfTooMany(subject, occurrence);
        var identity = combined
            ? new EventIdentity(subject, null, CombinedPrefix)
            : new EventIdentity(subject, occurrence.About.FieldPath, occurrence.Message);
        _known.TryGet(identity, out var last);

        // Counted even if it is not written now: the next one that is written tells the whole number.
        _known.Set(identity, (last.Written, last.Count + 1));
        return TakeToken(target, occurrence.At)
            ? new(identity, combined ? occurrence with { Message = CombinedPrefix + occurrence.Message } : occurrence, last.Written, last.Count + 1)
            : null;
    }

    /// <summary>Remembers what was written, so that a repeat goes on from it.</summary>
    public void Remember(EventRecord record, Event written) => _known.Set(record.Identity, (written, record.Count));

    private bool IsOneOfTooMany(EventSubject subject, Occurrence occurrence)
    {
        if (!_similar.TryGet(subject, out var group) || occurrence.At - group.Last > limits.SimilarWithin)
        {
            group = new SimilarEvents();
        }

        group.Last = occurrence.At;
        _similar.Set(subject, group);
        if (group.Messages.Count >= limits.SimilarMessages)
        {
            return !group.Messages.Contains(occurrence.Message);
        }

        group.Messages.Add(occurrence.Message);
        return false;
    }

    private bool TakeToken(ObjectReference target, DateTimeOffset at)
    {
        if (!_buckets.TryGet(target, out var bucket))
        {
            bucket = new TokenBucket(limits, at);
            _buckets.Set(target, bucket);
        }

        return bucket.Take(at);
    }

    private sealed class SimilarEvents
    {
        public HashSet<string> Messages { get; } = [];

        public DateTimeOffset Last { get; set; }
    }

    private sealed class TokenBucket(EventLimits limits, DateTimeOffset filledAt)
    {
        private double _tokens = limits.Burst;
        private DateTimeOffset _at = filledAt;

        public bool Take(DateTimeOffset now)
        {
            _tokens = Math.Min(limits.Burst, _tokens + Math.Max(0, (now - _at) / limits.OneMoreEvery));
            _at = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
