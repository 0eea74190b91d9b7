using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Audit;

/// <summary>
/// Tells a receiver of requests, as an EventList of audit.k8s.io/v1 a time. What it does not take is tried again a few times and then lost;
/// meanwhile others wait, up to a limit. Disposing of it tries what still waits once.
/// </summary>
internal sealed partial class AuditWebhook(AuditWebhookOptions options, TimeProvider time, ILogger log) : IAsyncDisposable
{
    // Kubernetes' own.
    private const int Tries = 5;
    private const double PauseGrowth = 1.5;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(options.WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly HttpMessageInvoker _receiver = options.Receiver.Connect();
    private readonly CancellationTokenSource _closing = new();
    private Task _sending = Task.CompletedTask;
    private long _lost;

    // The sender's alone.
    private long _toldLost;

    /// <summary>How many events were lost.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Start()
    {
#pragma warning disable RS0030 // The edge to the network, which no simulation runs.
        _sending = Task.Run(SendAllAsync);
#pragma warning restore RS0030
    }

    /// <summary>Takes an event.</summary>
    public void Tell(byte[] line)
    {
        if (!_waiting.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_waiting.Writer.TryComplete())
        {
            _closing.Cancel();
            await _sending;
            _receiver.Dispose();
            _closing.Dispose();
        }
    }

    private async Task SendAllAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = await GatherAsync();
            var failure = await SendAsync(EventList(batch));
            Interlocked.Add(ref _lost, failure is null ? 0 : batch.Count);
            if (Lost - _toldLost is > 0 and var lost)
            {
                _toldLost += lost;
                LogLost(lost, options.Receiver.Url, failure ?? "requests are quicker than it is");
            }
        }
    }

    /// <summary>What goes together: as much as may, or what has come until the first of them has waited long enough.</summary>
    private async ValueTask<List<byte[]>> GatherAsync()
    {
        var batch = new List<byte[]>();
        using var late = new CancellationTokenSource(options.BatchWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _closing.Token);
        try
        {
            do
            {
                while (batch.Count < options.BatchMax && _waiting.Reader.TryRead(out var line))
                {
                    batch.Add(line);
                }
            }
            while (batch.Count < options.BatchMax && await _waiting.Reader.WaitToReadAsync(either.Token));
        }
        catch (OperationCanceledException)
        {
            // They have waited long enough.
        }

        return batch;
    }

    /// <returns>Why it was not taken; null if it was.</returns>
    private async ValueTask<string?> SendAsync(byte[] events)
    {
        var pause = options.FirstPause;
        for (var tries = 1; ; tries++)
        {
            var (failure, mayPass) = await TryAsync(events);
            if (failure is null || !mayPass || tries == Tries || _closing.IsCancellationRequested)
            {
                return failure;
            }

            try
            {
                await Task.Delay(pause, time, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                // It is tried once more, and then it is over.
            }

            pause *= PauseGrowth;
        }
    }

    private async ValueTask<(string? Failure, bool MayPass)> TryAsync(byte[] events)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Receiver.Url) { Content = new ByteArrayContent(events) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Authorization = options.Receiver.Authorization;
        using var late = new CancellationTokenSource(AnswerTime, time);
        try
        {
            using var answer = await _receiver.SendAsync(request, late.Token);
            return answer.IsSuccessStatusCode
                ? (null, false)
                : ($"it answers {(int)answer.StatusCode}", answer.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (late.IsCancellationRequested ? "it does not answer" : e.Message, true);
        }
    }

    private static byte[] EventList(IReadOnlyList<byte[]> lines)
    {
        var list = new MemoryStream();
        list.Write("""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8);
        for (var i = 0; i < lines.Count; i++)
        {
            list.Write(i > 0 ? ","u8 : default);
            list.Write(lines[i]);
        }

        list.Write("]}"u8);
        return list.ToArray();
    }

    [LoggerMessage(2012, LogLevel.Error, "{Count} audit events for {Receiver} were lost: {Why}")]
    private partial void LogLost(long count, Uri receiver, string why);
}
