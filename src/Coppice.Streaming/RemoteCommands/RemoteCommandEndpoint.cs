using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>
/// The server's side of <c>kubectl exec</c> and <c>attach</c>, over SPDY (older clients) and WebSockets (newer ones). Whoever calls it
/// has authorized the request and knows that the container is there: after the upgrade an error can only be told as the command's end.
/// </summary>
public sealed class RemoteCommandEndpoint(TimeProvider time, StreamingOptions options)
{
    /// <summary>
    /// 1. Agrees on a protocol and leaves HTTP; answers the request when that fails. 2. Runs the command on the client's streams.
    /// 3. Tells the client how it ended, and says goodbye.
    /// </summary>
    /// <remarks>
    /// A client that goes before the command has ended does not end it: what it sent reaches the command, then the end of its input;
    /// what the command still prints is thrown away. Only after a time is the command's token cancelled.
    /// </remarks>
    /// <param name="run">What it throws is told to the client, by its message.</param>
    /// <param name="stopping">The server goes: the client is told so, and the command's token is cancelled soon.</param>
    public async Task RunAsync(
        HttpContext context, CommandRequest request, Func<CommandStreams, CancellationToken, ValueTask<CommandOutcome>> run, CancellationToken stopping = default)
    {
        // A terminal has one output, so there is no stderr beside it.
        var effective = request.Tty ? request with { Stderr = false } : request;
        if (await OpenAsync(context, effective) is not { } session)
        {
            return;
        }

        await using (session)
        {
            using var stop = new CancellationTokenSource();
            var running = RunAsync(session, run, stop.Token);

            // Also a client whose end nobody can read, since its input is not taken, is seen to go.
            await Task.WhenAny(running, session.Gone, Unattended.CancelledAsync(context.RequestAborted), Unattended.CancelledAsync(stopping));
            if (running.IsCompleted)
            {
                await session.FinishAsync(await running);
                return;
            }

            if (stopping.IsCancellationRequested)
            {
                var stopped = Unattended.EndAsync(running, stop, options.FarewellTimeout, time);
                await session.FinishAsync(new CommandOutcome.Failed("the server is shutting down"));
                await stopped;
                return;
            }

            var ending = Unattended.EndAsync(running, stop, effective.Stdin ? options.UnattendedTimeout : options.FarewellTimeout, time);
            await session.LeaveAsync();
            await ending;
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

    private static async Task<CommandOutcome> RunAsync(
        ICommandSession session, Func<CommandStreams, CancellationToken, ValueTask<CommandOutcome>> run, CancellationToken stop)
    {
        var (stdin, stdout, stderr, resizes) = session.Streams;
        try
        {
            return await run(new CommandStreams(CallerStream.Of(stdin), CallerStream.Of(stdout), CallerStream.Of(stderr), resizes), stop);
        }
        catch (Exception e)
        {
            return new CommandOutcome.Failed(e.Message);
        }
    }
}
