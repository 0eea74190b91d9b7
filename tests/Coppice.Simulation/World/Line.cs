namespace Coppice.Simulation.World;

/// <summary>
/// The network between somebody and the API server: whole, cut, deaf in one direction, slow, or such that what was sent once arrives
/// twice. Who waits for what is lost gives up after a while, as over HTTP.
/// </summary>
internal sealed class Line(TimeProvider time, Random random)
{
    /// <summary>So long whoever sends waits for an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private CancellationTokenSource _connections = new();

    /// <summary>While true, nothing gets through in either direction, and whoever tries is told so at once.</summary>
    public bool IsCut { get; private set; }

    /// <summary>While true, what is sent never arrives.</summary>
    public bool LosesRequests { get; set; }

    /// <summary>While true, what is answered never arrives; what was asked for is done.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>How long anything is on its way at the most, in each direction. What was sent later may arrive sooner.</summary>
    public TimeSpan TakesAtMost { get; set; }

    /// <summary>Which share of the writes arrive twice.</summary>
    public double RepeatedShare { get; set; }

    /// <summary>Both directions are open.</summary>
    public bool IsWhole => !IsCut && !LosesRequests && !LosesAnswers;

    /// <summary>Ends when what is connected now is broken off.</summary>
    public CancellationToken Connection => _connections.Token;

    public void Cut()
    {
        IsCut = true;
        DropConnections();
    }

    public void Mend()
    {
        IsCut = LosesRequests = LosesAnswers = false;
        TakesAtMost = TimeSpan.Zero;
        RepeatedShare = 0;
    }

    public void DropConnections()
    {
        var old = _connections;
        _connections = new CancellationTokenSource();
        old.Cancel();
    }

    public bool IsRepeated() => RepeatedShare > 0 && random.NextDouble() < RepeatedShare;

    /// <summary>A request on its way to the server.</summary>
    /// <exception cref="IOException">It was lost.</exception>
    public ValueTask SendAsync(CancellationToken stop) => TravelAsync(() => LosesRequests, stop);

    /// <summary>An answer, or what is watched, on its way back.</summary>
    /// <exception cref="IOException">It was lost.</exception>
    public ValueTask ReturnAsync(CancellationToken stop) => TravelAsync(() => LosesAnswers, stop);

    private async ValueTask TravelAsync(Func<bool> isLost, CancellationToken stop)
    {
        if (TakesAtMost > TimeSpan.Zero)
        {
            await Task.Delay(TakesAtMost * random.NextDouble(), time, stop);
        }

        if (isLost())
        {
            await Task.Delay(Patience, time, stop);
            throw new IOException($"no answer within {Patience.TotalSeconds} s (injected fault)");
        }

        if (IsCut)
        {
            throw new IOException("the connection was lost (injected fault)");
        }
    }
}
