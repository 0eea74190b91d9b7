namespace Coppice.Commands.Logging;

/// <summary>
/// Where log lines go: standard error, or a file that is moved to NAME.1 when it has grown. Lines of all threads come out whole. A
/// disk that is full costs log lines and nothing else.
/// </summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>Two files of this size hold days of a busy node and never matter to a disk.</summary>
    private const long BytesMax = 16 * 1024 * 1024;

    /// <summary>As long as Kubernetes' API server waits for its log before it is not well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _time;

    private readonly Lock _gate = new();
    private readonly string? _path;
    private StreamWriter _writer;

    // Since when a line is written; zero while none is. Read without the lock, which is held while the disk hangs.
    private long _since;

    internal LogFile(string? path, StreamWriter writer, TimeProvider time) => (_path, _writer, _time) = (path, writer, time);

    /// <summary>Why no line can be written; null while one can. For any thread.</summary>
    public string? Problem => Interlocked.Read(ref _since) is not 0 and var since && _time.GetElapsedTime(since) >= Patience ? "logging blocked" : null;

    public static LogFile StandardError(TimeProvider time) => new(null, new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }, time);

    /// <summary>Goes on where an earlier process stopped.</summary>
    public static LogFile At(string path, TimeProvider time) => new(path, Open(path), time);

    public void WriteLine(string line)
    {
        lock (_gate)
        {
            try
            {
                Interlocked.Exchange(ref _since, _time.GetTimestamp());
                _writer.WriteLine(line);
                if (_path is not null && _writer.BaseStream.Length > BytesMax)
                {
                    Rotate(_path);
                }
            }
            catch (IOException)
            {
                // A full disk, or a terminal that was closed: there is nowhere to say so.
            }
            finally
            {
                Interlocked.Exchange(ref _since, 0);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer.Dispose();
        }
    }

    private void Rotate(string full)
    {
        _writer.Dispose();
        File.Move(full, full + ".1", overwrite: true);
        _writer = Open(full);
    }

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        { AutoFlush = true };
}
