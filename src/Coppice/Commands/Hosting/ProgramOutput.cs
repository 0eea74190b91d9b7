using System.Diagnostics;
using Coppice.Commands.Terminal;

namespace Coppice.Commands.Hosting;

/// <summary>Runs a program of the system to its end.</summary>
internal static class ProgramOutput
{
    /// <param name="onLine">Told every line of output and of errors, as it comes.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string program, IReadOnlyList<string> arguments, Action<string> onLine, CancellationToken stop)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start) ?? throw new UserErrorException($"{program} could not be started");
        process.StandardInput.Close();
        await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await process.WaitForExitAsync(stop);
        return process.ExitCode;

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(stop) is { } line)
            {
                onLine(line);
            }
        }
    }

    /// <exception cref="UserErrorException">It failed; the message has its last words.</exception>
    public static async Task RequireAsync(string program, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var said = new List<string>();
        if (await RunAsync(program, arguments, line => { lock (said) { said.Add(line); } }, stop) != 0)
        {
            throw new UserErrorException($"{program} {string.Join(' ', arguments)} failed: {string.Join("; ", said.TakeLast(3))}");
        }
    }
}
