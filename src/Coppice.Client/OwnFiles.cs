using System.Text;

namespace Coppice.Client;

/// <summary>
/// Files and directories of ours. Each has exactly the mode that is said here, whatever the umask that we were started under; what nothing is
/// said of belongs to its owner alone.
/// </summary>
public static class OwnFiles
{
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;

    /// <summary>As others may see what they must read: 0644.</summary>
    public const UnixFileMode PublicFile = PrivateFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>As others may see what they must enter: 0755.</summary>
    public const UnixFileMode PublicDirectory =
        PrivateDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes a directory private, with those above it that are missing; one that is there becomes so.</summary>
    public static void MakePrivateDirectory(string path) => MakeDirectory(path, PrivateDirectory);

    /// <summary>Makes a directory, or gives the one that is there this mode; those above it that are missing are private.</summary>
    public static void MakeDirectory(string path, UnixFileMode mode)
    {
        EnsureDirectory(path);
        if (File.GetUnixFileMode(path) != mode)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Makes a directory where it is missing, with those above it. One that is there stays as somebody else wanted it.</summary>
    public static void EnsureDirectory(string path, UnixFileMode mode = PrivateDirectory)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } above)
        {
            EnsureDirectory(above, mode);
        }

        Directory.CreateDirectory(path, PrivateDirectory);
        if (mode != PrivateDirectory)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Makes a private file, or empties the one that is there.</summary>
    public static FileStream CreatePrivate(string path) => Create(path, PrivateFile);

    public static void WritePrivate(string path, string text) => Write(path, text, PrivateFile);

    public static void Write(string path, string text, UnixFileMode mode) => Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Writes a file in place. Nobody who may not read the content can do so at any moment.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using var file = Create(path, mode);
        file.Write(content);
    }

    private static FileStream Create(string path, UnixFileMode mode)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            UnixCreateMode = PrivateFile,
        });
        try
        {
            File.SetUnixFileMode(file.SafeFileHandle, mode);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
