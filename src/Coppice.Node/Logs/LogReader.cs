using Coppice.Client;
using Coppice.Streaming;

namespace Coppice.Node.Logs;

/// <summary>
/// Writes a container's log as the user asked for it: what was put aside, and then the file of now. While it is followed it goes on
/// over every rotation, in the order in which the files were written; what is gone before it could be read is passed over.
/// </summary>
public sealed class LogReader(TimeProvider time)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Longer lines than CRI writes (16 KiB and its prefix) are not its.</summary>
    private const int LineBytesMax = 1024 * 1024;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly Backoff Pauses = new(ShortestPause, TimeSpan.FromMilliseconds(200));

    /// <summary>The runtime opens a new file before it has written to the old one all that it had read.</summary>
    private static readonly TimeSpan LateLinesWithin = TimeSpan.FromMilliseconds(100);

    /// <param name="path">The log file; a missing one is an empty log, or one that is still to come when following.</param>
    /// <param name="isRunning">Asked at the end of the file when following; false ends it.</param>
    public async ValueTask WriteAsync(string path, LogRequest request, Func<CancellationToken, ValueTask<bool>> isRunning, Stream output, CancellationToken stop)
    {
        var files = new LogFiles(path);
        var writer = new LogWriter(request, output);
        var following = request.Follow;
        var done = LogFiles.NoStamp;
        var file = request.TailLines is { } tail ? OpenTail(files, tail) : files.OpenAfter(done);
        try
        {
            while (!writer.IsFull)
            {
                if (file is null)
                {
                    if (!following)
                    {
                        return;
                    }

                    // Only what is not there although it was known before to have ended will not come any more.
                    following = await isRunning(stop);
                    await PauseAsync(following ? ShortestPause : TimeSpan.Zero, stop);
                    file = files.OpenAfter(done);
                    continue;
                }

                var isLast = await WriteFileAsync(file, writer, following ? isRunning : null, output, stop);
                if (isLast)
                {
                    return;
                }

                // Without a stamp it was not put aside, but replaced: what lies aside is older.
                done = file.Stamp is { Length: > 0 } stamp ? stamp : files.Aside() is [.., var newest] ? newest.Stamp : LogFiles.NoStamp;
                file.Dispose();
                file = files.OpenAfter(done);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Writes a file to its end, which is not reached before there is another file after it or the container has ended.</summary>
    /// <param name="isRunning">Null when nothing is to be waited for.</param>
    /// <returns>Whether nothing comes after it.</returns>
    private async ValueTask<bool> WriteFileAsync(
        OpenLog file, LogWriter writer, Func<CancellationToken, ValueTask<bool>>? isRunning, Stream output, CancellationToken stop)
    {
        var lines = new LineBuffer(writer);
        var pause = ShortestPause;
        var waited = isRunning is null || file.IsPacked ? LateLinesWithin : TimeSpan.Zero;
        while (true)
        {
            // Both are asked before reading: only what stood there then is surely all.
            var wasRunning = isRunning is not null && await isRunning(stop);
            var wasRotated = file.IsRotated;
            var count = await lines.ReadToEndAsync(file.Content, stop);
            await output.FlushAsync(stop);
            if (writer.IsFull || (wasRotated ? waited >= LateLinesWithin : !wasRunning))
            {
                return !wasRotated;
            }

            if (wasRotated)
            {
                waited += ShortestPause;
            }

            pause = count > 0 || wasRotated ? ShortestPause : Pauses.Next(pause);
            await PauseAsync(pause, stop);
        }
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken stop) => pause > TimeSpan.Zero ? Task.Delay(pause, time, stop) : Task.CompletedTask;

    /// <summary>Opens the file in which the last so many lines begin, and there.</summary>
    private static OpenLog? OpenTail(LogFiles files, long lines)
    {
        // The file of now, or what has become of it since.
        var file = files.OpenAfter(files.Aside() is [.., var newest] ? newest.Stamp : LogFiles.NoStamp);
        var missing = lines - (file?.SeekTail(lines) ?? 0);
        foreach (var (stamp, _) in files.Aside().Reverse())
        {
            if (missing <= 0)
            {
                break;
            }

            if (file?.Stamp is { Length: > 0 } itself && string.CompareOrdinal(stamp, itself) >= 0)
            {
                continue;
            }

            if (files.Open(stamp) is not { } older)
            {
                break;
            }

            file?.Dispose();
            file = older;
            missing -= file.SeekTail(missing);
        }

        return file;
    }

    /// <summary>One file's bytes that do not yet make a line.</summary>
    private sealed class LineBuffer(LogWriter writer)
    {
        private byte[] _bytes = new byte[BufferBytes];
        private int _filled;

        /// <summary>Writes what whole lines there are up to the file's present end.</summary>
        /// <returns>How many bytes were new.</returns>
        public async ValueTask<long> ReadToEndAsync(Stream file, CancellationToken stop)
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
