namespace Coppice.Commands.Logging;

/// <summary>
/// Where log lines go: standard error, or a file that is moved to NAME.1 when it has grown. Lines of all threads come out whole. A
/// disk that is full costs log lines and nothing else.
/// </summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>Two files of this size hold days of a busy node and never matter to a disk.</summary>
    private const long BytesMax = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly string? _path;
    private StreamWriter _writer;

    private LogFile(string? path, StreamWriter writer) => (_path, _writer) = (path, writer);

    public static LogFile StandardError() => new(null, new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });

    /// <summary>Goes on where an earlier process stopped.</summary>
    public static LogFile At(string path) => new(path, Open(path));

    public void WriteLine(string line)
    {
        lock (_gate)
        {
            try
            {
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
