using Coppice.ApiServer.Errors;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// The requests of one priority level: so many are answered at once, the others wait in queues, of which the one that was given least so
/// far is next (start-time fair queueing). An exempt level lets everybody in, and only counts.
/// </summary>
internal sealed class PriorityLevel(TimeProvider time, TimeSpan longestWait)
{
    // What a request is taken to need, until it is known: Kubernetes' estimate.
    private static readonly TimeSpan Estimate = TimeSpan.FromMilliseconds(3);

    // A single request has no more than this part of a level.
    private const double LargestPart = 0.15;

    private readonly double _estimate = Estimate.TotalSeconds * time.TimestampFrequency;
    private readonly Lock _gate = new();
    private readonly LinkedList<FlowQueue> _busy = [];
    private readonly SeatDemand _demand = new(time.GetTimestamp());
    private readonly RetryAfter _retryAfter = new();
    private PriorityLevelConfiguration _object = new();

    // Made when somebody is dealt one: there may be millions.
    private FlowQueue?[] _queues = [];
    private int _handSize;
    private int _queueLengthMax;
    private int _taken;
    private int _waiting;
    private double _virtualTime;

    /// <summary>Its object, for its name and uid.</summary>
    public PriorityLevelConfiguration Object => Volatile.Read(ref _object);

    public bool IsExempt => Object.Spec.Type == PriorityLevelEnablement.Exempt;

    public SeatLimits Limits { get; private set; }

    /// <summary>Its seats now, with what is lent and borrowed.</summary>
    public int Current { get; private set; }

    /// <summary>The queues that somebody waits in, or that have requests running; to be asked while one looks.</summary>
    public int ActiveQueues => _queues.Count(queue => queue is { Length: > 0 } or { RunningSeats: > 0 });

    public DemandStatistics Demand { get; private set; }

    public double SmoothDemand { get; private set; }

    /// <summary>The most seats that one request may take.</summary>
    public int WidestRequest => Math.Max(1, (int)Math.Ceiling(Limits.Nominal * LargestPart));

    /// <summary>From now on it is as its object has it. Who waits in a queue that is no more stays there until its turn.</summary>
    public void Configure(PriorityLevelConfiguration item, SeatLimits limits)
    {
        lock (_gate)
        {
            _object = item;
            if (limits != Limits)
            {
                (Limits, Current) = (limits, limits.Nominal);
            }

            var queuing = item.Spec.Limited?.LimitResponse is { Type: LimitResponseType.Queue } response ? response.Queuing : null;
            var count = queuing?.Queues ?? 0;
            Array.Resize(ref _queues, count);
            _handSize = Math.Min(Math.Min(queuing?.HandSize ?? 0, count), Hand.CardsMax);
            _queueLengthMax = queuing?.QueueLengthLimit ?? 0;
            Dispatch(time.GetTimestamp());
        }
    }

    /// <summary>What it asks for since the last time.</summary>
    public SeatRequest Ask()
    {
        lock (_gate)
        {
            Demand = _demand.Take(time.GetTimestamp());
            SmoothDemand = SeatPlanner.Smooth(SmoothDemand, Demand);
            return new(Limits, IsExempt, Demand.High, SmoothDemand);
        }
    }

    public void Grant(int seats)
    {
        lock (_gate)
        {
            Current = seats;
            Dispatch(time.GetTimestamp());
        }
    }

    /// <summary>Waits for a request's seats.</summary>
    /// <param name="flow">The hash of what it belongs to.</param>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public ValueTask<Seat> TakeAsync(FlowTally tally, ulong flow, int seats, CancellationToken stop, FlowDigest digest = default)
    {
        Seat? seat;
        WaitingRequest? waiting;
        lock (_gate)
        {
            (seat, waiting) = Enter(_queues.Length == 0 ? null : Choose(flow), tally, seats, (digest, false));
        }

        return seat is null ? WaitAsync(waiting!, stop) : new(seat);
    }

    public void End(Seat seat)
    {
        lock (_gate)
        {
            Free(seat, time.GetTimestamp());
        }

        seat.Tally.Ran.Observe(time.GetElapsedTime(seat.Since));
    }

    /// <summary>Takes a request's seats back until it returns; false where there are no queues that it could wait in.</summary>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public bool TryYield(Seat seat)
    {
        lock (_gate)
        {
            if (IsExempt || seat.Queue is not { } queue)
            {
                return false;
            }

            var now = time.GetTimestamp();
            if (queue.Length >= _queueLengthMax)
            {
                throw Refuse(seat.Tally, FlowRejection.QueueFull, now, now);
            }

            queue.Yielded++;
            seat.Tally.Waiting++;
            Free(seat, now);
            return true;
        }
    }

    /// <summary>A request that has yielded goes on, behind those that wait in its queue.</summary>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public ValueTask<Seat> ReturnAsync(Seat yielded, CancellationToken stop)
    {
        Seat? seat;
        WaitingRequest? waiting;
        lock (_gate)
        {
            Leave(yielded);
            (seat, waiting) = Enter(yielded.Queue, yielded.Tally, yielded.Seats, (yielded.Digest, true));
        }

        return seat is null ? WaitAsync(waiting!, stop) : new(seat);
    }

    /// <summary>A request that has yielded will not return.</summary>
    public void Forget(Seat yielded)
    {
        lock (_gate)
        {
            Leave(yielded);
        }
    }

    /// <summary>The queues as they are now; an exempt level has none. To be asked while one looks.</summary>
    public IEnumerable<QueueDigest> Queues => _queues.Select((queue, index) => queue is null ? new(index, 0, 0, 0, 0, 0, 0, []) : new QueueDigest(
        index,
        queue.Waiting.Count,
        queue.Running,
        queue.RunningSeats,
        queue.Served / time.TimestampFrequency,
        queue.WaitingSeats,
        queue.WaitingSeats * Estimate.TotalSeconds,
        [.. queue.Waiting.Select(one => new WaitingDigest(one.Digest, time.GetUtcNow() - time.GetElapsedTime(one.Since), one.Seats))]));

    /// <summary>Calls something while nobody comes or goes, so that what it reads of the tallies belongs together.</summary>
    public void Look(Action look)
    {
        lock (_gate)
        {
            look();
        }
    }

    private async ValueTask<Seat> WaitAsync(WaitingRequest waiting, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(longestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await waiting.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            ApiError? refusal;
            lock (_gate)
            {
                refusal = Leave(waiting, stop.IsCancellationRequested ? FlowRejection.Cancelled : FlowRejection.TimeOut);
            }

            if (refusal is null)
            {
                // Called in the same moment.
                return await waiting.Task;
            }

            stop.ThrowIfCancellationRequested();
            throw refusal;
        }
    }

    private static void Leave(Seat yielded)
    {
        yielded.Queue!.Yielded--;
        yielded.Tally.Waiting--;
    }

    /// <summary>Its seats, or its place in the queue.</summary>
    private (Seat? Seat, WaitingRequest? Waiting) Enter(FlowQueue? queue, FlowTally tally, int seats, (FlowDigest Digest, bool Again) asked)
    {
        var now = time.GetTimestamp();
        if (IsExempt || (_waiting == 0 && HasRoom(seats)))
        {
            return (Start(queue, tally, seats, (now, now), asked), null);
        }

        if (queue is null || queue.Length >= _queueLengthMax)
        {
            throw Refuse(tally, queue is null ? FlowRejection.ConcurrencyLimit : FlowRejection.QueueFull, now, now);
        }

        var waiting = new WaitingRequest(queue, tally, seats, now, asked);
        Enqueue(waiting, now);
        return (null, waiting);
    }

    private void Free(Seat seat, long now)
    {
        _taken -= seat.Seats;
        (seat.Tally.Running, seat.Tally.RunningSeats) = (seat.Tally.Running - 1, seat.Tally.RunningSeats - seat.Seats);
        if (seat.Queue is { } queue)
        {
            (queue.Running, queue.RunningSeats) = (queue.Running - 1, queue.RunningSeats - seat.Seats);
            queue.Served += seat.Seats * (now - seat.Since - _estimate);
        }

        Dispatch(now);
        _demand.Set(_taken + _waiting, now);
    }

    // With nothing running even the widest request has room: otherwise it would wait for ever.
    private bool HasRoom(int seats) => _taken == 0 || _taken + seats <= Current;

    /// <summary>Of the queues that a flow was dealt, the one with the least to do, and with the fewest that have yielded: they take its places.</summary>
    private FlowQueue Choose(ulong flow)
    {
        Span<int> hand = stackalloc int[_handSize];
        Hand.Deal(flow, _queues.Length, hand);
        FlowQueue? best = null;
        foreach (var card in hand)
        {
            var queue = _queues[card] ??= new();
            if (best is null || queue.Load + queue.Yielded < best.Load + best.Yielded)
            {
                best = queue;
            }
        }

        return best!;
    }

    private void Enqueue(WaitingRequest waiting, long now)
    {
        var queue = waiting.Queue;
        if (queue.Waiting.Count == 0)
        {
            CatchUp(queue);
            _busy.AddLast(queue);
        }

        queue.Waiting.AddLast(waiting);
        Count(waiting, 1);
        _demand.Set(_taken + _waiting, now);
    }

    // What a queue did not ask for while it was idle is lost.
    private void CatchUp(FlowQueue queue)
    {
        if (queue.Load == 0)
        {
            queue.Served = Math.Max(queue.Served, _virtualTime);
        }
    }

    private void Dispatch(long now)
    {
        while (_busy.Count > 0)
        {
            // Of those that were given the same, the one that has less now, and then who was asked for first.
            var queue = _busy.MinBy(one => (one.Served, one.RunningSeats))!;
            var next = queue.Waiting.First!.Value;
            if (!IsExempt && !HasRoom(next.Seats))
            {
                return;
            }

            Remove(next);
            next.SetResult(Start(queue, next.Tally, next.Seats, (next.Since, now), (next.Digest, next.Again)));
        }
    }

    private void Remove(WaitingRequest waiting)
    {
        var queue = waiting.Queue;
        queue.Waiting.Remove(waiting);
        _busy.Remove(queue);
        if (queue.Waiting.Count > 0)
        {
            _busy.AddLast(queue);
        }

        Count(waiting, -1);
    }

    private void Count(WaitingRequest waiting, int sign)
    {
        var (tally, seats) = (waiting.Tally, sign * waiting.Seats);
        _waiting += seats;
        waiting.Queue.WaitingSeats += seats;
        (tally.Waiting, tally.WaitingSeats) = (tally.Waiting + sign, tally.WaitingSeats + seats);
    }

    private Seat Start(FlowQueue? queue, FlowTally tally, int seats, (long Since, long Now) waited, (FlowDigest Digest, bool Again) asked)
    {
        var (since, now) = waited;
        _taken += seats;
        (tally.Dispatched, tally.Running, tally.RunningSeats) = (tally.Dispatched + (asked.Again ? 0 : 1), tally.Running + 1, tally.RunningSeats + seats);
        if (queue is not null)
        {
            CatchUp(queue);
            _virtualTime = Math.Max(_virtualTime, queue.Served);
            queue.Served += seats * _estimate;
            (queue.Running, queue.RunningSeats) = (queue.Running + 1, queue.RunningSeats + seats);
        }

        _demand.Set(_taken + _waiting, now);
        tally.WaitedToRun.Observe(time.GetElapsedTime(since, now));
        return new Seat(this, queue, tally, seats, (now, asked.Digest));
    }

    /// <summary>Null if it was called meanwhile.</summary>
    private ApiError? Leave(WaitingRequest waiting, FlowRejection why)
    {
        if (waiting.Task.IsCompleted)
        {
            return null;
        }

        Remove(waiting);
        return Refuse(waiting.Tally, why, waiting.Since, time.GetTimestamp());
    }

    private ApiError Refuse(FlowTally tally, FlowRejection why, long since, long now)
    {
        tally.Rejected[(int)why]++;
        tally.WaitedInVain.Observe(time.GetElapsedTime(since, now));
        _retryAfter.Note(now / time.TimestampFrequency);
        _demand.Set(_taken + _waiting, now);
        return ApiErrors.TooManyRequests(_retryAfter.Seconds);
    }
}
