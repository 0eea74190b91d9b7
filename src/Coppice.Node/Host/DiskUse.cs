using System.Diagnostics;
using System.Globalization;
using Coppice.Node.Runtime;

namespace Coppice.Node.Host;

/// <summary>How much of the disk a directory takes with all in it, links and mounts left out.</summary>
/// <remarks>By a program of the distribution, which gets along with names and depths as containers make them.</remarks>
internal static class DiskUse
{
    /// <summary>Longer nobody waits for one directory: it is measured again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <returns>Null where that cannot be told now.</returns>
    public static async ValueTask<long?> OfAsync(string directory, DiskUnit unit, TimeProvider time, CancellationToken stop)
    {
        if (HostProgram.Du.Find() is not { } du)
        {
            return null;
        }

        using var process = Start(du, directory, unit);
        if (process is null)
        {
            return null;
        }

        using var late = new CancellationTokenSource(Patience, time);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            // Files that went meanwhile are errors to it, and none here.
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, given.Token);
            var said = await process.StandardOutput.ReadToEndAsync(given.Token);
            await errors;
            return long.TryParse(said.Split('\t')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var used) ? used : null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Process? Start(string program, string directory, DiskUnit unit)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, ["--summarize", "--one-file-system", unit == DiskUnit.Bytes ? "--block-size=1" : "--inodes", "--", directory])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The machine has no room for one more process: another time.
            return null;
        }
    }
}
