using System.Diagnostics;
using System.Text;

namespace Coppice.Testing;

/// <summary>A program in the background. Everything it says is kept and also written to a file.</summary>
public sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly StreamWriter log;
    private readonly Task reading;
    private readonly Command command;

    internal RunningCommand(Command command, ProcessStartInfo start, string logFile)
    {
        this.command = command;
        log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        process = Process.Start(start) ?? throw new InvalidOperationException($"{command} cannot be started");
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>Only after it has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>All it has said so far, both streams.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Types into its standard input.</summary>
    public async Task TypeAsync(string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it has said something.</summary>
    public Task SaysAsync(string text, TimeSpan within) =>
        Eventually.SeeAsync($"\"{text}\" from {command}", within, () => Task.FromResult(Said), all => all.Contains(text));

    /// <summary>Sends a signal.</summary>
    public void Signal(Signal signal) => Processes.Signal(process.Id, signal);

    /// <summary>Waits for its end and returns the exit code.</summary>
    public async Task<int> EndsAsync(TimeSpan within)
    {
        await Eventually.TrueAsync($"the end of {command}", within, () => process.HasExited);
        return process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM), and makes it (SIGKILL) when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Signal(Testing.Signal.Terminate);
            using var patience = new CancellationTokenSource(StopWithin);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        // Something it left behind may hold the pipe open; what was read until then is enough.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1)));
        lock (said)
        {
            log.Dispose();
        }

        process.Dispose();
    }

    private async Task ReadAsync(StreamReader from)
    {
        var piece = new char[4096];
        for (int got; (got = await from.ReadAsync(piece)) > 0;)
        {
            lock (said)
            {
                said.Append(piece, 0, got);
                if (log.BaseStream is { CanWrite: true })
                {
                    log.Write(piece, 0, got);
                }
            }
        }
    }
}
