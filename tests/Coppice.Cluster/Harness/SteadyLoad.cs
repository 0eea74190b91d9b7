using System.Diagnostics;

namespace Coppice.Cluster.Harness;

/// <summary>Requests at a steady rate, each over a connection of its own and whatever becomes of the others; the lost ones are counted.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly string _url;
    private readonly Lock _gate = new();
    private readonly Task _asking;
    private int _answered;
    private TimeSpan _lastAnswer;
    private TimeSpan _longestGap;
    private readonly List<string> _lost = [];

    private SteadyLoad(NetworkNamespace network, string url, int perSecond)
    {
        _http = network.NewHttpClient(AnswerWithin);
        _http.DefaultRequestHeaders.ConnectionClose = true;
        _url = url;
        _asking = AskAsync(TimeSpan.FromSeconds(1.0 / perSecond));
    }

    public static SteadyLoad Start(NetworkNamespace network, string url, int perSecond) => new(network, url, perSecond);

    /// <summary>How many were answered by now.</summary>
    public int Answered
    {
        get
        {
            lock (_gate)
            {
                return _answered;
            }
        }
    }

    /// <summary>Asks no more, and waits for the answers that are on their way.</summary>
    /// <returns>What was lost, and why.</returns>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_url}: {_answered} answered, {_lost.Count} lost in {_clock.Elapsed.TotalSeconds:0.0} s, the longest gap between two answers {_longestGap.TotalMilliseconds:0} ms");
        return _lost;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync(TimeSpan period)
    {
        var asked = new List<Task>();
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                asked.Add(AskOnceAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }

        await Task.WhenAll(asked);
    }

    private async Task AskOnceAsync()
    {
        var at = _clock.Elapsed;
        string? failure = null;
        try
        {
            await _http.GetStringAsync(_url);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or OperationCanceledException)
        {
            failure = $"at {at.TotalSeconds:0.000} s: {failed.Message}";
        }

        lock (_gate)
        {
            if (failure is not null)
            {
                _lost.Add(failure);
                return;
            }

            var now = _clock.Elapsed;
            _longestGap = _answered > 0 && now - _lastAnswer > _longestGap ? now - _lastAnswer : _longestGap;
            _lastAnswer = now;
            _answered++;
        }
    }
}
