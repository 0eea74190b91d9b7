using System.Diagnostics;
using System.Text;

namespace Coppice.Testing;

/// <summary>A program in the background. Everything it says is kept and also written to a file.</summary>
public sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ReadWithin = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly StreamWriter _log;
    private readonly Task _reading;
    private readonly Command _command;

    internal RunningCommand(Command command, ProcessStartInfo start, string logFile)
    {
        _command = command;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{command} cannot be started");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Only after it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>All it has said so far, both streams.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Types into its standard input.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it has said something.</summary>
    public Task SaysAsync(string text, TimeSpan within) =>
        Eventually.SeeAsync($"\"{text}\" from {_command}", within, () => Task.FromResult(Said), all => all.Contains(text));

    /// <summary>Sends a signal.</summary>
    public void Signal(Signal signal) => Processes.Signal(_process.Id, signal);

    /// <summary>Waits for its end, and until what it said is there, and returns the exit code.</summary>
    public async Task<int> EndsAsync(TimeSpan within)
    {
        await Eventually.TrueAsync($"the end of {_command}", within, () => _process.HasExited);
        await AllIsReadAsync();
        return _process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM), and makes it (SIGKILL) when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Testing.Signal.Terminate);
            using var patience = new CancellationTokenSource(StopWithin);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await AllIsReadAsync();
        lock (_said)
        {
            _log.Dispose();
        }

        _process.Dispose();
    }

    // Something it left behind may hold the pipe open; what was read until then is enough.
    private Task AllIsReadAsync() => Task.WhenAny(_reading, Task.Delay(ReadWithin));

    private async Task ReadAsync(StreamReader from)
    {
        var piece = new char[4096];
        for (int got; (got = await from.ReadAsync(piece)) > 0;)
        {
            lock (_said)
            {
                _said.Append(piece, 0, got);
                if (_log.BaseStream is { CanWrite: true })
                {
                    _log.Write(piece, 0, got);
                }
            }
        }
    }
}
