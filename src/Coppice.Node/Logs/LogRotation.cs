using System.Globalization;
using System.IO.Compression;
using Coppice.Client;
using Coppice.Node.Runtime;

namespace Coppice.Node.Logs;

public sealed record LogRotationOptions
{
    /// <summary>A log that is larger is put aside.</summary>
    public long SizeMaxBytes { get; init; } = 10L << 20;

    /// <summary>Files a container's log has at most, the one of now included; at least 2.</summary>
    public int FilesMax { get; init; } = 5;

    /// <summary>Packs what was put aside, but for the newest, which a reader may still have open.</summary>
    public bool Compress { get; init; } = true;
}

/// <summary>Keeps containers' logs from filling the disk. Called at some period for each running container.</summary>
public sealed class LogRotation(IContainerRuntime runtime, LogRotationOptions options, TimeProvider time)
{
    private const string Packed = ".gz";
    private const string Unfinished = ".tmp";

    /// <summary>
    /// 1. Looks whether the log is large. 2. Deletes the oldest and packs the others. 3. Renames it. 4. Has the runtime open a new one.
    /// </summary>
    /// <returns>Whether it was rotated.</returns>
    /// <exception cref="RuntimeException">The runtime would not; the log is then as it was.</exception>
    public async ValueTask<bool> RotateAsync(string containerId, string logPath, CancellationToken stop)
    {
        var log = new FileInfo(logPath);
        if (!log.Exists || log.Length < options.SizeMaxBytes)
        {
            return false;
        }

        var aside = Aside(log);
        foreach (var old in aside.SkipLast(Math.Max(0, options.FilesMax - 2)))
        {
            File.Delete(old);
        }

        if (options.Compress)
        {
            foreach (var old in aside.TakeLast(Math.Max(0, options.FilesMax - 2)).Where(one => !one.EndsWith(Packed, StringComparison.Ordinal)))
            {
                await PackAsync(old, stop);
            }
        }

        var name = logPath + "." + time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        File.Move(logPath, name, overwrite: true);
        try
        {
            await runtime.ReopenLogAsync(containerId, stop);
        }
        catch
        {
            // The runtime still writes to the file: it must keep its name, or the next lines would be looked for in vain.
            if (!File.Exists(logPath))
            {
                File.Move(name, logPath);
            }

            throw;
        }

        return true;
    }

    private static List<string> Aside(FileInfo log)
    {
        // In a pattern, .* would also stand for nothing.
        var all = log.Directory!.EnumerateFiles().Where(one => one.Name.StartsWith(log.Name + ".", StringComparison.Ordinal)).Select(one => one.FullName).Order(StringComparer.Ordinal).ToList();
        // Of a packing that was broken off.
        foreach (var broken in all.Where(one => one.EndsWith(Unfinished, StringComparison.Ordinal)))
        {
            File.Delete(broken);
        }

        return [.. all.Where(one => !one.EndsWith(Unfinished, StringComparison.Ordinal))];
    }

    private static async ValueTask PackAsync(string path, CancellationToken stop)
    {
        var unfinished = path + Packed + Unfinished;
        await using (var source = File.OpenRead(path))
        await using (var target = new GZipStream(OwnFiles.CreatePrivate(unfinished), CompressionLevel.Fastest))
        {
            await source.CopyToAsync(target, stop);
        }

        File.Move(unfinished, path + Packed, overwrite: true);
        File.Delete(path);
    }
}
