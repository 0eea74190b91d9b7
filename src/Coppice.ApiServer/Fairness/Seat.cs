namespace Coppice.ApiServer.Fairness;

/// <summary>What a request is answered in; given back when it is disposed, once. One request uses it, step by step.</summary>
internal sealed class Seat(PriorityLevel level, FlowQueue? queue, FlowTally tally, int seats, (long Since, FlowDigest Digest) asked) : IDisposable
{
    private Seat? _again;
    private bool _isYielded;
    private bool _isOver;

    public FlowQueue? Queue => queue;

    public FlowTally Tally => tally;

    public int Seats => seats;

    /// <summary>A timestamp.</summary>
    public long Since => asked.Since;

    public FlowDigest Digest => asked.Digest;

    /// <summary>The client has to do something first, and takes its time: meanwhile others are answered.</summary>
    /// <exception cref="Errors.ApiError">TooManyRequests: too many of its flow do so.</exception>
    public void Yield() => _isYielded = _isYielded || (!_isOver && level.TryYield(this));

    /// <summary>The client is ready: waits for another turn, if this one was given back.</summary>
    /// <exception cref="Errors.ApiError">TooManyRequests.</exception>
    public async ValueTask ReturnAsync(CancellationToken stop)
    {
        if (_isYielded)
        {
            (_isYielded, _isOver) = (false, true);
            _again = await level.ReturnAsync(this, stop);
        }
    }

    public void Dispose()
    {
        _again?.Dispose();
        if (_isYielded)
        {
            level.Forget(this);
        }
        else if (!_isOver)
        {
            level.End(this);
        }

        (_isYielded, _isOver) = (false, true);
    }
}
