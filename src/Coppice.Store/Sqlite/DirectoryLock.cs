using System.Globalization;

namespace Coppice.Store.Sqlite;

/// <summary>
/// One process at a time in a data directory: an advisory lock on a file that the kernel lets go of when the process ends, however
/// it ends, and beside it the process' number for the message that the next one gives.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    internal const string LockFile = "lock";
    internal const string HolderFile = "lock.pid";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The kernel's EWOULDBLOCK on Linux, which is how a lock held elsewhere shows.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _held;
    private readonly string _holderPath;

    private DirectoryLock(FileStream held, string holderPath) => (_held, _holderPath) = (held, holderPath);

    /// <exception cref="StoreUnavailableException">Another process (or another store of this one) is in the directory.</exception>
    public static DirectoryLock Take(string directory)
    {
        var taken = new DirectoryLock(Hold(directory), Path.Combine(directory, HolderFile));
        try
        {
#pragma warning disable RS0030 // The store knows no other project; the mode is set below.
            File.WriteAllText(taken._holderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
#pragma warning restore RS0030
            File.SetUnixFileMode(taken._holderPath, OwnerOnly);
        }
        catch (IOException)
        {
            // A full disk. The number is for a message only, and none is better than that of the process before.
            File.Delete(taken._holderPath);
        }

        return taken;
    }

    public static StoreUnavailableException InUse(string directory, Exception inner) => new(
        $"The data directory {directory} is in use by {Holder(Path.Combine(directory, HolderFile))}. Stop that process, or use another directory.",
        inner);

    public void Dispose()
    {
        File.Delete(_holderPath);
        _held.Dispose();
    }

    private static FileStream Hold(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockFile), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            throw InUse(directory, error);
        }
    }

    private static string Holder(string path) =>
        File.Exists(path) && int.TryParse(File.ReadAllText(path), out var pid) ? $"process {pid}" : "another process";
}
