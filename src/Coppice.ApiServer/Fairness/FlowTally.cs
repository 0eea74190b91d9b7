using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Fairness;

/// <summary>Why a request was not let in, in Kubernetes' words.</summary>
internal enum FlowRejection
{
    /// <summary>Its queue is full.</summary>
    QueueFull,

    /// <summary>Its level has no queues, and all seats are taken.</summary>
    ConcurrencyLimit,

    /// <summary>It has waited for too long.</summary>
    TimeOut,

    /// <summary>Whoever asked has gone.</summary>
    Cancelled,
}

/// <summary>What became of the requests of a schema in its level. The level's lock guards the numbers.</summary>
internal sealed class FlowTally
{
    public long Dispatched { get; set; }

    public long[] Rejected { get; } = new long[4];

    public int Waiting { get; set; }

    public int WaitingSeats { get; set; }

    public int Running { get; set; }

    public int RunningSeats { get; set; }

    public Histogram WaitedToRun { get; } = Waited();

    public Histogram WaitedInVain { get; } = Waited();

    public Histogram Ran { get; } = Waited();

    private static Histogram Waited() => new(0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30);
}
