using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>
/// The server's side of <c>kubectl exec</c> and <c>attach</c>, over SPDY (older clients) and WebSockets (newer ones). Whoever calls it
/// has authorized the request and knows that the container is there: after the upgrade an error can only be told as the command's end.
/// </summary>
public sealed class RemoteCommandEndpoint(TimeProvider time, StreamingOptions options)
{
    /// <summary>
    /// 1. Agrees on a protocol and leaves HTTP; answers the request when that fails. 2. Runs the command on the client's streams; its
    /// token ends when the client goes. 3. Tells the client how it ended, and says goodbye.
    /// </summary>
    /// <param name="run">What it throws is told to the client, by its message.</param>
    public async Task RunAsync(
        HttpContext context, CommandRequest request, Func<CommandStreams, CancellationToken, ValueTask<CommandOutcome>> run)
    {
        // A terminal has one output, so there is no stderr beside it.
        var effective = request.Tty ? request with { Stderr = false } : request;
        if (await OpenAsync(context, effective) is not { } session)
        {
            return;
        }

        await using (session)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var watching = CancelWhenGoneAsync(session, stop);
            if (await RunAsync(session, run, stop.Token) is { } outcome)
            {
                await session.FinishAsync(outcome);
            }

            await session.DisposeAsync();
            await watching;
        }
    }

    private async ValueTask<ICommandSession?> OpenAsync(HttpContext context, CommandRequest request)
    {
        if (Upgrade.IsTo(Upgrade.WebSocket, context.Request))
        {
            return await WebSocketCommandSession.OpenAsync(context, request, options, time);
        }

        if (Upgrade.IsTo(Upgrade.Spdy, context.Request))
        {
            return await SpdyCommandSession.OpenAsync(context, request, options, time);
        }

        await Upgrade.RefuseAsync(context);
        return null;
    }

    /// <summary>Null when there is nobody left to tell.</summary>
    private static async ValueTask<CommandOutcome?> RunAsync(
        ICommandSession session, Func<CommandStreams, CancellationToken, ValueTask<CommandOutcome>> run, CancellationToken stop)
    {
        try
        {
            return await run(session.Streams, stop);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            return new CommandOutcome.Failed(e.Message);
        }
    }

    private static async Task CancelWhenGoneAsync(ICommandSession session, CancellationTokenSource stop)
    {
        await session.Gone;
        await stop.CancelAsync();
    }
}
