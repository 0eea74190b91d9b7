using System.Diagnostics;

namespace Coppice.Testing;

/// <summary>A program to run: immutable, so that a prefix (such as one that enters a network namespace) can be put before it.</summary>
public sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Variables added to the caller's environment; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Text for the standard input, which is empty otherwise.</summary>
    public string Input { get; init; } = "";

    /// <summary>Ends the command, and all that it started, when it takes longer: than what kubectl is told to wait itself, at least.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The same command, run by another: <c>nsenter … PROGRAM ARGUMENTS</c>.</summary>
    public Command After(string program, params IReadOnlyList<string> arguments) =>
        this with { Program = program, Arguments = [.. arguments, Program, .. Arguments] };

    /// <summary>Runs it to its end and collects what it says.</summary>
    /// <exception cref="TimeoutException">It took longer than <see cref="Timeout"/> and was ended.</exception>
    public async Task<CommandResult> RunAsync()
    {
        using var process = Process.Start(StartInfo()) ?? throw new InvalidOperationException($"{Program} cannot be started");
        using var timeout = new CancellationTokenSource(Timeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            // A program that does not read its input may have closed it already.
            try { await process.StandardInput.WriteAsync(Input); process.StandardInput.Close(); } catch (IOException) { }

            await process.WaitForExitAsync(timeout.Token);
            return new CommandResult(ToString(), process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{this} took longer than {Timeout.TotalSeconds:0.#} s and was ended");
        }
        finally
        {
            // The process' own disposal leaves these pipes to the garbage collector: with many commands there would be thousands.
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    /// <summary>Starts it and lets it run, until the result is disposed of.</summary>
    /// <param name="logFile">Gets both streams, after what it holds already.</param>
    public RunningCommand Start(string logFile) => new(this, StartInfo(), logFile);

    public override string ToString() => $"{Path.GetFileName(Program)} {string.Join(' ', Arguments)}";

    internal ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? "",
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
