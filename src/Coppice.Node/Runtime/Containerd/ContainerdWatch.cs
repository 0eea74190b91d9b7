using Coppice.Node.Runtime.Cri;
using Coppice.Node.Runtime.Grpc;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>Watches over a containerd that is ready: whether it still runs, whether it still answers, and what shims it has lost.</summary>
internal sealed partial class ContainerdWatch(ContainerdOptions options, ContainerdLayout layout, CriRuntime probe, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    private readonly StrayShims _shims = new(layout, probe, time, log);

    /// <summary>Returns when it has ended: by itself, or because it hung and was ended.</summary>
    public async Task UntilEndedAsync(ContainerdProcess process, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var beside = Task.WhenAll(CancelAtExitAsync(process, over), AuditShimsAsync(process.Id, over.Token));
        var isSilent = await IsSilentAsync(over.Token);
        over.Cancel();
        await beside;
        stop.ThrowIfCancellationRequested();
        if (isSilent && !process.HasEnded)
        {
            await ReplaceAsync(process, stop);
        }
    }

    /// <summary>Ends one that runs and answers nothing. What it would do at its end it cannot do any more.</summary>
    public async Task ReplaceAsync(ContainerdProcess process, CancellationToken stop)
    {
        LogSilent(log, process.Id, options.SilenceMax.TotalSeconds);
        await process.KillAsync(stop);
    }

    private static async Task CancelAtExitAsync(ContainerdProcess process, CancellationTokenSource over)
    {
        try
        {
            await process.WaitForExitAsync(over.Token);
            over.Cancel();
        }
        catch (OperationCanceledException)
        {
            // Somebody else was first.
        }
    }

    /// <returns>False when it is told to stop first.</returns>
    private async Task<bool> IsSilentAsync(CancellationToken stop)
    {
        try
        {
            var heard = time.GetTimestamp();
            for (var pause = options.AskEvery; time.GetElapsedTime(heard) < options.SilenceMax;)
            {
                await Task.Delay(pause, time, stop);
                if (await AnswersAsync(stop))
                {
                    (heard, pause) = (time.GetTimestamp(), options.AskEvery);
                }
                else
                {
                    pause = AskAgainAfter;
                }
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Whatever it says: that it says anything tells it from one that hangs.
    private async ValueTask<bool> AnswersAsync(CancellationToken stop)
    {
        try
        {
            await probe.ConditionsAsync(stop);
            return true;
        }
        catch (RuntimeException failed)
        {
            return failed is not RuntimeUnavailableException && failed.InnerException is not GrpcException { Code: GrpcCode.DeadlineExceeded };
        }
    }

    // At once, since it is after the death of a containerd that there are such shims, and then now and then.
    private async Task AuditShimsAsync(int containerd, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await _shims.EndAsync(containerd, stop);
                }
                catch (Exception failed) when (failed is RuntimeException or IOException or UnauthorizedAccessException)
                {
                    LogNotAudited(log, failed.Message);
                }

                await Task.Delay(options.ShimAuditPeriod, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The next containerd has its own audit.
        }
    }

    [LoggerMessage(3205, LogLevel.Warning, "containerd {ProcessId} runs, but has not answered for {Seconds:0} s: it is replaced; containers go on in their shims")]
    private static partial void LogSilent(ILogger log, int processId, double seconds);

    [LoggerMessage(3206, LogLevel.Information, "Orphaned shims could not be looked for, which is tried again: {Why}")]
    private static partial void LogNotAudited(ILogger log, string why);
}
