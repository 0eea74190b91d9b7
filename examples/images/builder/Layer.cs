using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Coppice.ExampleImages;

/// <summary>One layer of an image: a compressed tar archive.</summary>
/// <param name="DiffId">The digest of the archive before it was compressed, as the image's configuration lists it.</param>
public sealed record Layer(Blob Packed, string DiffId);

/// <summary>Collects files for a layer. The same files give the same digest, whenever and wherever it is built.</summary>
public sealed class LayerWriter
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecutableByAll = ReadableByAll | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode WritableByAll = ExecutableByAll | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;

    private static readonly DateTimeOffset ModifiedAt = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SortedDictionary<string, TarEntry> _entries = new(StringComparer.Ordinal);

    public LayerWriter Directory(string path, bool writableByAll = false) =>
        Add(new UstarTarEntry(TarEntryType.Directory, $"{path.TrimStart('/')}/") { Mode = writableByAll ? WritableByAll : ExecutableByAll });

    /// <param name="modifiedAt">Null for the date that all files have which do not care.</param>
    public LayerWriter File(string path, byte[] content, bool executable = false, DateTimeOffset? modifiedAt = null) =>
        Add(new UstarTarEntry(TarEntryType.RegularFile, path.TrimStart('/'))
        {
            Mode = executable ? ExecutableByAll : ReadableByAll,
            DataStream = new MemoryStream(content),
        }, modifiedAt);

    public LayerWriter File(string path, string content) => File(path, Encoding.UTF8.GetBytes(content));

    public LayerWriter Link(string path, string target) =>
        Add(new UstarTarEntry(TarEntryType.SymbolicLink, path.TrimStart('/')) { Mode = ExecutableByAll, LinkName = target });

    public Layer Build()
    {
        var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in _entries.Values)
            {
                tar.WriteEntry(entry);
            }
        }

        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain.GetBuffer(), 0, (int)plain.Length);
        }

        var diffId = Blob.DigestOf(plain.GetBuffer().AsSpan(0, (int)plain.Length));
        return new Layer(Blob.Of("application/vnd.oci.image.layer.v1.tar+gzip", packed.ToArray()), diffId);
    }

    private LayerWriter Add(UstarTarEntry entry, DateTimeOffset? modifiedAt = null)
    {
        entry.ModificationTime = modifiedAt ?? ModifiedAt;
        _entries[entry.Name] = entry;
        return this;
    }
}
