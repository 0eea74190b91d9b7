using System.Globalization;
using System.IO.Compression;

namespace Coppice.ApiServer.Audit;

/// <summary>
/// A file of lines that is put aside when it is full: NAME-2026-11-22T08-05-00.000.EXT beside NAME.EXT. For its owner alone. Used by one
/// thread at a time.
/// </summary>
internal sealed class AuditFile(AuditLogOptions options, TimeProvider time) : IDisposable
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff";
    private const string Compressed = ".gz";

    private readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
    private readonly string _stem = Path.GetFileNameWithoutExtension(options.Path) + "-";
    private readonly string _extension = Path.GetExtension(options.Path);
    private FileStream? _file;

    /// <summary>Writes lines that go together, each with its end.</summary>
    /// <exception cref="IOException">The disk would not take them: of what was begun nothing is left.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + lines.Length > options.BytesMax)
        {
            PutAside();
            _file = Open();
        }

        var before = _file.Length;
        try
        {
            _file.Write(lines);
        }
        catch (IOException)
        {
            _file.SetLength(before);
            throw;
        }
    }

    public void Dispose() => _file?.Dispose();

    private FileStream Open() => new(options.Path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private void PutAside()
    {
        _file!.Dispose();
        _file = null;
        var aside = Path.Combine(_directory, $"{_stem}{time.GetUtcNow().ToString(TimeFormat, CultureInfo.InvariantCulture)}{_extension}");
        File.Move(options.Path, aside, overwrite: true);
        if (options.Compress)
        {
            Compress(aside);
        }

        RemoveOld();
    }

    private static void Compress(string aside)
    {
        try
        {
            Pack(aside);
            File.Delete(aside);
        }
        catch (IOException)
        {
            // There is no room for both: it stays as it is.
            File.Delete(aside + Compressed);
        }
    }

    private static void Pack(string aside)
    {
        using (var from = File.OpenRead(aside))
        using (var to = new FileStream(aside + Compressed, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var packed = new GZipStream(to, CompressionLevel.Fastest))
        {
            from.CopyTo(packed);
        }
    }

    private void RemoveOld()
    {
        var aside = Directory.EnumerateFiles(_directory, $"{_stem}*")
            .Select(path => (Path: path, Time: TimeOf(path)))
            .Where(file => file.Time is not null)
            .OrderByDescending(file => file.Time)
            .ToList();
        var oldest = options.AgeMax > TimeSpan.Zero ? time.GetUtcNow() - options.AgeMax : DateTimeOffset.MinValue;
        foreach (var (path, _) in aside.Where((file, i) => (options.BackupsMax > 0 && i >= options.BackupsMax) || file.Time < oldest))
        {
            File.Delete(path);
        }
    }

    /// <summary>When a file was put aside, by its name; null for one that is none of these.</summary>
    private DateTimeOffset? TimeOf(string path)
    {
        var name = Path.GetFileName(path);
        name = name.EndsWith(Compressed, StringComparison.Ordinal) ? name[..^Compressed.Length] : name;
        return name.EndsWith(_extension, StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                name[_stem.Length..^_extension.Length], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var put)
            ? put
            : null;
    }
}
