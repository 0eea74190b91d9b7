using System.IO.Compression;
using Coppice.Client;
using Coppice.Node.Runtime;

namespace Coppice.Node.Logs;

public sealed record LogRotationOptions
{
    /// <summary>A log that is larger is put aside.</summary>
    /// <value>10 MiB, the kubelet's containerLogMaxSize.</value>
    public long SizeMaxBytes { get; init; } = 10L << 20;

    /// <summary>Files a container's log has at most, the one of now included; at least 2.</summary>
    /// <value>5, the kubelet's containerLogMaxFiles.</value>
    public int FilesMax { get; init; } = 5;

    /// <summary>Packs what was put aside, but for the newest, which the runtime may still be writing to.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>A log's size is looked at so often, also when it does not grow: a look costs microseconds.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>And at most so often, when it grows fast.</summary>
    public TimeSpan LookAtMostEvery { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>When the runtime or the disk would not, it is tried again after so long.</summary>
    public TimeSpan PauseAfterFailure { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>Keeps one container's log from filling the disk.</summary>
public sealed class LogRotation(IContainerRuntime runtime, LogRotationOptions options, TimeProvider time)
{
    /// <summary>
    /// 1. Looks whether the log is large. 2. Deletes the oldest. 3. Renames it. 4. Has the runtime open a new one. 5. Packs the others.
    /// </summary>
    /// <returns>Whether it was rotated.</returns>
    /// <exception cref="RuntimeException">The runtime would not; the log is then as it was.</exception>
    public async ValueTask<bool> RotateAsync(string containerId, string logPath, CancellationToken stop)
    {
        var log = new FileInfo(logPath);
        var files = new LogFiles(logPath);
        if (!log.Exists)
        {
            // It was put aside and then nobody was there to have a new one opened.
            if (files.Aside().Count > 0)
            {
                await runtime.ReopenLogAsync(containerId, stop);
            }

            return false;
        }

        if (log.Length < options.SizeMaxBytes)
        {
            return false;
        }

        foreach (var (_, old) in files.Aside().SkipLast(Math.Max(0, options.FilesMax - 2)))
        {
            File.Delete(old);
        }

        await PutAsideAsync(containerId, logPath, files.NameAside(time.GetUtcNow()), stop);
        if (options.Compress)
        {
            await PackAsync(logPath, files, stop);
        }

        return true;
    }

    private async ValueTask PutAsideAsync(string containerId, string logPath, string name, CancellationToken stop)
    {
        File.Move(logPath, name);
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
    }

    private static async ValueTask PackAsync(string logPath, LogFiles files, CancellationToken stop)
    {
        foreach (var broken in Directory.EnumerateFiles(Path.GetDirectoryName(logPath)!).Where(IsBrokenOff))
        {
            File.Delete(broken);
        }

        foreach (var (_, old) in files.Aside().SkipLast(1).Where(one => !one.Path.EndsWith(LogFiles.Packed, StringComparison.Ordinal)))
        {
            await PackAsync(old, stop);
        }

        bool IsBrokenOff(string file) => files.StampOf(file) is { Length: > 0 } && file.EndsWith(LogFiles.Unfinished, StringComparison.Ordinal);
    }

    private static async ValueTask PackAsync(string path, CancellationToken stop)
    {
        var unfinished = path + LogFiles.Packed + LogFiles.Unfinished;
        await using (var source = File.OpenRead(path))
        await using (var target = new GZipStream(OwnFiles.CreatePrivate(unfinished), CompressionLevel.Fastest))
        {
            await source.CopyToAsync(target, stop);
        }

        File.Move(unfinished, path + LogFiles.Packed, overwrite: true);
        File.Delete(path);
    }
}
