namespace Coppice.Streaming;

/// <summary>Work that goes on for a while after its client has gone.</summary>
internal static class Unattended
{
    /// <summary>Waits until the work has ended; after the time it is told to.</summary>
    public static async Task EndAsync(Task work, CancellationTokenSource stop, TimeSpan after, TimeProvider time)
    {
        using var late = new CancellationTokenSource(after, time);
        await using var telling = late.Token.Register(stop.Cancel);
        await work;
    }

    /// <summary>Completes when the token is cancelled.</summary>
    public static async Task CancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
