using System.ComponentModel;
using System.Diagnostics;

namespace Coppice.Node.Logs;

/// <summary>What runs journalctl.</summary>
public static class Journal
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="output">Is told all that it prints, errors as well.</param>
    /// <returns>Whether it is there and went well.</returns>
    public static async Task<bool> RunAsync(IReadOnlyList<string> arguments, Stream output, CancellationToken stop)
    {
        using var process = Start(arguments);
        if (process is null)
        {
            return false;
        }

        try
        {
            await process.StandardOutput.BaseStream.CopyToAsync(output, stop);
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0;
        }
        finally
        {
            process.Kill();
        }
    }

    private static Process? Start(IReadOnlyList<string> arguments)
    {
        try
        {
            // By a shell, so that both of its outputs are one.
            return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec journalctl \"$@\" 2>&1 < /dev/null", "sh", .. arguments])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = "/",
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
