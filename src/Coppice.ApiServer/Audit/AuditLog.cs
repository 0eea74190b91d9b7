using System.Buffers;
using System.Threading.Channels;
using Coppice.ApiServer.Requests;
using Coppice.Objects.Authentication;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer.Audit;

/// <summary>
/// Tells of requests, as its policy says, in a file of JSON lines, and a webhook if there is one. What is told waits in memory for the disk, up to a limit, and no request
/// waits for it: what there is no room for is counted, and said in the server's log. Disposing of it writes what still waits.
/// </summary>
public sealed partial class AuditLog : IAsyncDisposable
{
    // A disk that is full stays so for a while, and need not be tried with every event.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LossesToldEvery = TimeSpan.FromMinutes(1);

    // What goes to the disk together.
    private const int BytesTogether = 256 << 10;

    private readonly AuditPolicy _policy;
    private readonly AuditLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly AuditWebhook? _webhook;
    private readonly Channel<byte[]> _waiting = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _waitingBytes;
    private long _told;
    private long _lost;
    private readonly CancellationTokenSource _closing = new();
    private Task _writing = Task.CompletedTask;

    // The writer's alone: how many losses were said, and when.
    private long _toldLost;
    private long? _toldLostAt;

    public AuditLog(AuditPolicy policy, AuditLogOptions options, TimeProvider time, ILogger log)
    {
        (_policy, _options, _time, _log) = (policy, options, time, log);
        _webhook = options.Webhook is { } webhook ? new AuditWebhook(webhook, time, log) : null;
    }

    /// <summary>How many events were told, and how many of them were lost.</summary>
    public (long Told, long Lost) Totals => (Interlocked.Read(ref _told), Interlocked.Read(ref _lost));

    internal int EventBytesMax => _options.EventBytesMax;

    /// <summary>Begins to write.</summary>
    public void Start()
    {
#pragma warning disable RS0030 // A disk that is slow holds up a thread, which must be nobody else's.
        _writing = Task.Run(WriteAllAsync);
#pragma warning restore RS0030
        _webhook?.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_waiting.Writer.TryComplete())
        {
            _closing.Cancel();
            await _writing;
            _closing.Dispose();
            await (_webhook?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>What is to be told of a request; null for nothing.</summary>
    /// <param name="user">Who asks, before they act as somebody else; null for one who is not known.</param>
    /// <param name="source">What is asked where it came from if something is told.</param>
    internal AuditTrail? Begin<T>(UserInfo? user, ApiRequest request, T source, Func<T, AuditOrigin> origin) =>
        _policy.ScopeOf(user, request) is { } scope ? new AuditTrail(this, scope, origin(source), request, user, _time) : null;

    /// <summary>Takes a line to be written.</summary>
    internal void Tell(AuditEvent about)
    {
        var line = about.ToLine(_options.EventBytesMax);
        Interlocked.Increment(ref _told);
        _webhook?.Tell(line);
        if (Interlocked.Add(ref _waitingBytes, line.Length) > _options.WaitingBytesMax || !_waiting.Writer.TryWrite(line))
        {
            Interlocked.Add(ref _waitingBytes, -line.Length);
            Interlocked.Increment(ref _lost);
        }
    }

    private async Task WriteAllAsync()
    {
        using var file = new AuditFile(_options, _time);
        var lines = new ArrayBufferWriter<byte>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var count = 0;
            while (lines.WrittenCount < BytesTogether && _waiting.Reader.TryRead(out var line))
            {
                lines.Write(line);
                count++;
            }

            Interlocked.Add(ref _waitingBytes, -lines.WrittenCount);
            var failure = Write(file, lines.WrittenSpan);
            lines.ResetWrittenCount();
            Interlocked.Add(ref _lost, failure is null ? 0 : count);
            TellLosses(failure ?? "requests are quicker than the disk");
            if (failure is not null)
            {
                await PauseAsync();
            }
        }
    }

    private void TellLosses(string why)
    {
        var lost = Totals.Lost - _toldLost;
        if (lost > 0 && (_toldLostAt is not { } before || _time.GetElapsedTime(before) > LossesToldEvery))
        {
            (_toldLost, _toldLostAt) = (_toldLost + lost, _time.GetTimestamp());
            LogLost(lost, _options.Path, why);
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(PauseAfterFailure, _time, _closing.Token);
        }
        catch (OperationCanceledException)
        {
            // The rest is tried at once, and then it is over.
        }
    }

    private static string? Write(AuditFile file, ReadOnlySpan<byte> lines)
    {
        try
        {
            file.Write(lines);
            return null;
        }
        catch (Exception refused) when (refused is not OutOfMemoryException)
        {
            return refused.Message;
        }
    }

    [LoggerMessage(2011, LogLevel.Error, "{Count} events of the audit log {File} were lost: {Why}")]
    private partial void LogLost(long count, string file, string why);
}
