using Coppice.ApiServer.Requests;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Fairness;

/// <summary>One of the queues of a level; flows share them. The level's lock guards it.</summary>
internal sealed class FlowQueue
{
    public LinkedList<WaitingRequest> Waiting { get; } = [];

    public int WaitingSeats { get; set; }

    public int RunningSeats { get; set; }

    /// <summary>Requests that have given their seats back until their clients have sent them whole. They fill the queue like those that wait.</summary>
    public int Yielded { get; set; }

    /// <summary>What it was given so far, in seats times timestamps: who was given least is next.</summary>
    public double Served { get; set; }

    public int Length => Waiting.Count + Yielded;

    public int Load => WaitingSeats + RunningSeats;

    /// <summary>Requests that are being answered.</summary>
    public int Running { get; set; }
}

/// <summary>A request that waits for its seats.</summary>
/// <param name="asked">What it asks, for who looks at the queue; and whether it had seats before, and has yielded.</param>
internal sealed class WaitingRequest(FlowQueue queue, FlowTally tally, int seats, long since, (FlowDigest Digest, bool Again) asked)
    : TaskCompletionSource<Seat>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public FlowQueue Queue => queue;

    public FlowTally Tally => tally;

    public int Seats => seats;

    /// <summary>A timestamp.</summary>
    public long Since => since;

    public FlowDigest Digest => asked.Digest;

    public bool Again => asked.Again;
}

/// <summary>Who asks what in a flow, for people to look at.</summary>
/// <param name="Distinguisher">What tells the flow from others of its schema; empty for one that is the whole schema.</param>
internal readonly record struct FlowDigest(string Schema, string Distinguisher, UserInfo User, ApiRequest Request);
