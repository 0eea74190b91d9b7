using Coppice.Node.Host;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Node.Logs;

/// <summary>
/// The logs of the machine, to be read: the files below a directory. Links count as long as they stay below it. A kubelet follows every
/// link, so that a pod which may write there sees all files of the machine through it.
/// </summary>
/// <param name="root">On machines <c>/var/log</c>; without a slash at its end.</param>
public sealed class HostLogs(string root)
{
    /// <summary>Where a path below the directory is, in words of the machine. Whatever it is made of, it leads no further up than the directory.</summary>
    public string FullPath(string path)
    {
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name == ".." && names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "." or ".."))
            {
                names.Add(name);
            }
        }

        return string.Join('/', [root, .. names]);
    }

    /// <summary>What is there now; whoever asked lets go of it. Nothing is waited for, whatever kind of file it is.</summary>
    /// <exception cref="FileNotFoundException">Nothing.</exception>
    /// <exception cref="UnauthorizedAccessException">A link that leads elsewhere, or what can't be read like a file.</exception>
    public HostLog Open(string path)
    {
        var full = FullPath(path);
        SafeFileHandle? found = null;
        try
        {
            using var top = LinuxFiles.Find(root);
            found = LinuxFiles.Find(full);
            var (isBelow, isDirectory) = (IsBelow(PathOf(top), PathOf(found)), LinuxFiles.IsDirectory(found));
            return isBelow && (isDirectory || LinuxFiles.IsFile(found))
                ? new HostLog(found, isDirectory)
                : throw new UnauthorizedAccessException($"{full}: Permission denied");
        }
        catch (Exception e)
        {
            found?.Dispose();
            throw e is LinuxFileException { Error: LinuxFiles.Errors.Missing or LinuxFiles.Errors.NoDirectory } ? new FileNotFoundException($"{full}: No such file or directory") : e;
        }
    }

    private static bool IsBelow(string top, string path) => path == top || path.StartsWith(top + "/", StringComparison.Ordinal);

    /// <summary>Where a descriptor leads, without any link on the way.</summary>
    private static string PathOf(SafeFileHandle file) => new FileInfo(HostLog.Reference(file)).LinkTarget!;
}

/// <summary>A file or directory of the machine's logs. What it is stays as it was found, whatever happens to names.</summary>
public sealed class HostLog(SafeFileHandle file, bool isDirectory) : IDisposable
{
    public bool IsDirectory => isDirectory;

    /// <summary>When it was last written.</summary>
    public DateTimeOffset Modified => File.GetLastWriteTimeUtc(Reference(file));

    /// <summary>Of a directory, in order; those of directories end with a slash.</summary>
    public IReadOnlyList<string> Names() =>
    [
        .. new DirectoryInfo(Reference(file) + "/").EnumerateFileSystemInfos()
            .Select(one => one is DirectoryInfo { LinkTarget: null } ? one.Name + "/" : one.Name)
            .Order(StringComparer.Ordinal),
    ];

    public Stream Read() => new FileStream(Reference(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public void Dispose() => file.Dispose();

    internal static string Reference(SafeFileHandle file) => $"/proc/self/fd/{file.DangerousGetHandle()}";
}
