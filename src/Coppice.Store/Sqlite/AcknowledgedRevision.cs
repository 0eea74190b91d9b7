using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The newest revision that was acknowledged, in a file of its own: a store that ends before it has lost something. Written after
/// each commit and before its answer, without a sync of its own: it is never ahead of the disk, exact when the process dies, and
/// behind by some seconds at most when the machine does. In place and within one sector, so that it needs no room and never tears.
/// </summary>
internal sealed class AcknowledgedRevision : IDisposable
{
    public const string Name = "acknowledged";

    /// <summary>For messages on what is lost for good.</summary>
    public const string HowToGoOn = $"Without the file {Name} beside it, what is left would be taken as all";

    private const int Bytes = 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static ReadOnlySpan<byte> Mark => "coppack1"u8;

    private readonly string _path;
    private SafeFileHandle? _file;

    /// <exception cref="SqliteException">The file is there and is damaged.</exception>
    public AcknowledgedRevision(string directory)
    {
        _path = Path.Combine(directory, Name);
        if (File.Exists(_path))
        {
            IsKnown = true;
            Value = Parse(File.ReadAllBytes(_path));
        }
    }

    /// <summary>False when the file was not there: the store is from before it, or somebody took it away to go on with what is left.</summary>
    public bool IsKnown { get; }

    public Revision Value { get; private set; }

    /// <summary>Writing fails only where the commit before would have failed: what then stays in the file is too low, which is safe.</summary>
    public void Set(Revision revision)
    {
        Value = revision;
        Span<byte> bytes = stackalloc byte[Bytes];
        Mark.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], revision.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], Checksum(bytes));
        try
        {
            _file ??= Open();
            RandomAccess.Write(_file, bytes, 0);
        }
        catch (IOException)
        {
            // Then the next commit will hardly succeed either.
        }
    }

    /// <summary>Before the log gives way to new commits: until then the log itself shows most losses.</summary>
    public void Sync()
    {
        try
        {
            if (_file is not null)
            {
                RandomAccess.FlushToDisk(_file);
            }
        }
        catch (IOException)
        {
            // As with a write that fails: what is on the disk is too low.
        }
    }

    public void Dispose() => _file?.Dispose();

    private SafeFileHandle Open()
    {
        if (!File.Exists(_path))
        {
            new FileStream(_path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        }

        File.SetUnixFileMode(_path, OwnerOnly);
        return File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
    }

    private Revision Parse(byte[] bytes) =>
        bytes.Length == Bytes && bytes.AsSpan().StartsWith(Mark) && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)) == Checksum(bytes)
            ? new(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)))
            : throw new SqliteException(SqliteApi.Corrupt, $"the record of what was acknowledged, {_path}, is not readable");

    private static uint Checksum(ReadOnlySpan<byte> bytes) =>
        ~BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
}
