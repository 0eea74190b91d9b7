using System.Collections.Concurrent;

namespace Coppice.Node.Probes;

/// <summary>Which probe of which pod's container; it goes on counting when the container is restarted.</summary>
public readonly record struct ProbeOf(string PodUid, string Container, ProbeType Type);

/// <summary>How often one probe succeeded, failed, and could not be made.</summary>
public sealed record ProbeCount(long Succeeded, long Failed, long Unknown)
{
    public ProbeCount Plus(ProbeOutcome outcome) => outcome switch
    {
        { IsError: true } => this with { Unknown = Unknown + 1 },
        { Succeeded: true } => this with { Succeeded = Succeeded + 1 },
        _ => this with { Failed = Failed + 1 },
    };
}

/// <summary>Counts the node's probes, for whoever measures it. For any thread.</summary>
public sealed class ProbeTally
{
    private static readonly ProbeCount None = new(0, 0, 0);

    private readonly ConcurrentDictionary<ProbeOf, ProbeCount> _counts = [];

    public IReadOnlyCollection<KeyValuePair<ProbeOf, ProbeCount>> Counts => [.. _counts];

    /// <summary>A prober that counts what it does for a pod.</summary>
    public IProber Counting(IProber prober, string podUid) => new CountedProber(this, prober, podUid);

    /// <summary>Forgets a pod, which is gone.</summary>
    public void Forget(string podUid)
    {
        foreach (var one in _counts.Keys.Where(one => one.PodUid == podUid))
        {
            _counts.TryRemove(one, out _);
        }
    }

    private sealed class CountedProber(ProbeTally tally, IProber prober, string podUid) : IProber
    {
        public async ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop)
        {
            var outcome = await prober.ProbeAsync(request, stop);
            tally._counts.AddOrUpdate(
                new ProbeOf(podUid, request.Container.Name, request.Type), (_, one) => None.Plus(one), (_, count, one) => count.Plus(one), outcome);
            return outcome;
        }
    }
}
