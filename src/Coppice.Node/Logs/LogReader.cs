using Coppice.Node.Volumes;
using Coppice.Streaming;

namespace Coppice.Node.Logs;

/// <summary>
/// Writes a container's log as the user asked for it. Like the kubelet it begins in the file of now; when that is rotated while
/// it is followed, it reads it to its end and goes on with the next.
/// </summary>
public sealed class LogReader(TimeProvider time)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Longer lines than CRI writes (16 KiB and its prefix) are not its.</summary>
    private const int LineBytesMax = 1024 * 1024;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <param name="path">The log file; a missing one is an empty log, or one that is still to come when following.</param>
    /// <param name="isRunning">Asked at the end of the file when following; false ends it.</param>
    public async ValueTask WriteAsync(string path, LogRequest request, Func<CancellationToken, ValueTask<bool>> isRunning, Stream output, CancellationToken stop)
    {
        var writer = new LogWriter(request, output);
        var pause = ShortestPause;
        var isFirst = true;
        var buffer = new byte[BufferBytes];
        while (!writer.IsFull)
        {
            using var file = Open(path);
            if (file is not null)
            {
                if (isFirst && request.TailLines is { } lines) LogTail.Seek(file, lines);
                isFirst = false;
            }
            var filled = 0;
            while (!writer.IsFull)
            {
                var wasRunning = request.Follow && await isRunning(stop);
                var wasRotated = file is not null && request.Follow && IsRotated(path, file);
                var count = file is null ? 0 : await ReadAllAsync();
                await output.FlushAsync(stop);
                if (!wasRunning)
                {
                    // Only what stood there before it was known to have ended is surely all.
                    if (!wasRotated || !request.Follow) return;
                    break;
                }
                if (wasRotated || (file is null && File.Exists(path))) break;
                pause = count > 0 ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                await Task.Delay(pause, time, stop);
            }

            async ValueTask<long> ReadAllAsync()
            {
                long total = 0;
                while (!writer.IsFull)
                {
                    if (filled == buffer.Length)
                    {
                        if (filled >= LineBytesMax) filled = 0;
                        else Array.Resize(ref buffer, buffer.Length * 2);
                    }
                    var count = await file!.ReadAsync(buffer.AsMemory(filled), stop);
                    if (count == 0) return total;
                    total += count;
                    filled += count;
                    var used = await writer.TakeAsync(buffer.AsMemory(0, filled), stop);
                    buffer.AsSpan(used, filled - used).CopyTo(buffer);
                    filled -= used;
                }
                return total;
            }
        }
    }

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // While the new file is not yet there, the old one may still grow.
    private static bool IsRotated(string path, FileStream file)
    {
        var now = LinuxCalls.FileNumberOf(path);
        return now != 0 && now != LinuxCalls.FileNumberOf($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}");
    }
}
