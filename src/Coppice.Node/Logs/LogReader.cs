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
        while (!writer.IsFull)
        {
            using var file = Open(path);
            var lines = new LineBuffer(writer);
            if (file is not null)
            {
                if (isFirst && request.TailLines is { } tail)
                {
                    LogTail.Seek(file, tail);
                }

                isFirst = false;
            }

            while (!writer.IsFull)
            {
                var wasRunning = request.Follow && await isRunning(stop);
                var wasRotated = file is not null && request.Follow && IsRotated(path, file);
                var count = file is null ? 0 : await lines.ReadToEndAsync(file, stop);
                await output.FlushAsync(stop);
                if (!wasRunning && !wasRotated)
                {
                    // Only what stood there before it was known to have ended is surely all.
                    return;
                }

                if (!wasRunning || wasRotated || (file is null && File.Exists(path)))
                {
                    break;
                }

                pause = count > 0 ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                await Task.Delay(pause, time, stop);
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

    /// <summary>One file's bytes that do not yet make a line.</summary>
    private sealed class LineBuffer(LogWriter writer)
    {
        private byte[] _bytes = new byte[BufferBytes];
        private int _filled;

        /// <summary>Writes what whole lines there are up to the file's present end.</summary>
        /// <returns>How many bytes were new.</returns>
        public async ValueTask<long> ReadToEndAsync(FileStream file, CancellationToken stop)
        {
            long total = 0;
            while (!writer.IsFull)
            {
                MakeRoom();
                var count = await file.ReadAsync(_bytes.AsMemory(_filled), stop);
                if (count == 0)
                {
                    break;
                }

                total += count;
                _filled += count;
                var used = await writer.TakeAsync(_bytes.AsMemory(0, _filled), stop);
                _bytes.AsSpan(used, _filled - used).CopyTo(_bytes);
                _filled -= used;
            }

            return total;
        }

        private void MakeRoom()
        {
            if (_filled < _bytes.Length)
            {
                return;
            }

            if (_filled >= LineBytesMax)
            {
                _filled = 0;
            }
            else
            {
                Array.Resize(ref _bytes, _bytes.Length * 2);
            }
        }
    }
}
