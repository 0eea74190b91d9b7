using System.Diagnostics;

namespace Coppice.Streaming.Tests;

/// <summary>Runs a command on this machine where a node agent would run it in a container.</summary>
internal static class LocalProcess
{
    public static async ValueTask<CommandOutcome> RunAsync(CommandRequest request, CommandStreams streams, CancellationToken stop)
    {
        var command = request.Command.Count > 0 ? request.Command : ["cat"];
        // script gives a terminal to a command that wants one.
        if (request.Tty)
        {
            command = ["script", "-qefc", string.Join(' ', command), "/dev/null"];
        }

        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var word in command.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var _ = stop.Register(() => process.Kill(entireProcessTree: true));
        var input = FeedAsync(streams.Stdin, process.StandardInput.BaseStream, ended.Token);
        await Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(streams.Stdout ?? Stream.Null, stop),
            process.StandardError.BaseStream.CopyToAsync(streams.Stderr ?? Stream.Null, stop),
            process.WaitForExitAsync(stop));
        await ended.CancelAsync();
        await input;
        return new CommandOutcome.Exited(process.ExitCode);
    }

    private static async Task FeedAsync(Stream? from, Stream to, CancellationToken ended)
    {
        try
        {
            var buffer = new byte[32 * 1024];
            while (from is not null && await from.ReadAsync(buffer, ended) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), ended);
                await to.FlushAsync(ended);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The command is over, or the caller is gone.
        }

        try
        {
            to.Dispose();
        }
        catch (IOException)
        {
            // The command closed its input first.
        }
    }
}
