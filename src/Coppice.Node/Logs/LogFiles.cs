using System.Globalization;
using System.IO.Compression;
using Coppice.Node.Host;
using Coppice.Node.Volumes;

namespace Coppice.Node.Logs;

/// <summary>
/// The files of one container's log: the one of now, and those put aside before it, each named by the moment at which that was done
/// (its stamp, which sorts as the files do): 0.log, 0.log.20300101-000000-0000000, and packed 0.log.20300101-000000-0000000.gz.
/// </summary>
internal sealed class LogFiles(string path)
{
    public const string Packed = ".gz";
    public const string Unfinished = ".tmp";

    /// <summary>Sorts before every stamp.</summary>
    public const string NoStamp = "";

    private const string StampFormat = "yyyyMMdd-HHmmss-fffffff";

    /// <summary>A rotation may come between any two looks, but not between all of them.</summary>
    private const int TriesMax = 100;

    /// <summary>What was put aside, the oldest first; a file that is just being packed is there once.</summary>
    public IReadOnlyList<(string Stamp, string Path)> Aside()
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            return [];
        }

        // In a pattern, .* would also stand for nothing.
        return [.. Directory.EnumerateFiles(directory)
            .Where(one => StampOf(one) is { Length: > 0 } && !one.EndsWith(Unfinished, StringComparison.Ordinal))
            .GroupBy(one => StampOf(one)!)
            .Select(one => (Stamp: one.Key, Path: one.Min(StringComparer.Ordinal)!))
            .OrderBy(one => one.Stamp, StringComparer.Ordinal)];
    }

    /// <summary>A name for what is put aside now, behind all others also when the clock was set back.</summary>
    public string NameAside(DateTimeOffset now)
    {
        var newest = Aside() is [.., var last] ? last.Stamp : NoStamp;
        var stamp = now.UtcDateTime.ToString(StampFormat, CultureInfo.InvariantCulture);
        if (string.CompareOrdinal(stamp, newest) <= 0
            && DateTime.TryParseExact(newest, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var before))
        {
            stamp = before.AddTicks(1).ToString(StampFormat, CultureInfo.InvariantCulture);
        }

        return $"{path}.{stamp}";
    }

    /// <summary>The stamp in a file's name; empty for the file of now, null for one that is no part of this log.</summary>
    public string? StampOf(string file)
    {
        if (!file.StartsWith(path, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = file.AsSpan(path.Length);
        return rest.IsEmpty ? NoStamp : rest[0] == '.' ? rest[1..].ToString().Replace(Unfinished, "").Replace(Packed, "") : null;
    }

    /// <summary>Opens what was written after everything that a stamp stands for; null while there is nothing.</summary>
    public OpenLog? OpenAfter(string stamp)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            if (FirstAfter(stamp) is { } aside)
            {
                if (TryOpen(aside) is { } opened)
                {
                    return opened;
                }

                continue;
            }

            var now = TryOpen(path);
            if (FirstAfter(stamp) is null)
            {
                return now;
            }

            // It was put aside meanwhile, or even another one came after it.
            now?.Dispose();
        }

        throw new IOException($"the log {path} is put aside faster than it can be opened");
    }

    /// <summary>Opens what was put aside at a moment; null when it is gone.</summary>
    public OpenLog? Open(string stamp) => TryOpen($"{path}.{stamp}") ?? TryOpen($"{path}.{stamp}{Packed}");

    public bool IsAnyAfter(string stamp) => FirstAfter(stamp) is not null;

    private string? FirstAfter(string stamp) => Aside().FirstOrDefault(one => string.CompareOrdinal(one.Stamp, stamp) > 0).Path;

    private OpenLog? TryOpen(string file)
    {
        try
        {
            return new OpenLog(this, path, new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>One file of a log while it is read; it may be put aside, packed and deleted meanwhile.</summary>
internal sealed class OpenLog : IDisposable
{
    private const string Deleted = " (deleted)";

    private readonly LogFiles _files;
    private readonly string _path;
    private readonly FileStream _file;

    public OpenLog(LogFiles files, string path, FileStream file)
    {
        (_files, _path, _file) = (files, path, file);
        Content = IsPacked ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
    }

    public Stream Content { get; private set; }

    public bool IsPacked => _file.Name.EndsWith(LogFiles.Packed, StringComparison.Ordinal);

    /// <summary>The stamp that the file has by now; none while it is the one of now.</summary>
    public string Stamp => _files.StampOf(IsPacked ? _file.Name : NameNow()) ?? LogFiles.NoStamp;

    /// <summary>There is another file after it. While there is none, this one may still grow, whatever its name.</summary>
    public bool IsRotated
    {
        get
        {
            var now = LinuxCalls.FileNumberOf(_path);
            return IsPacked || (now == 0 ? Stamp is { Length: > 0 } stamp && _files.IsAnyAfter(stamp) : now != LinuxCalls.FileNumberOf(Descriptor));
        }
    }

    private string Descriptor => $"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}";

    /// <summary>Moves to the beginning of the last so many lines, or of the file if it has fewer; says how many those are.</summary>
    public long SeekTail(long lines)
    {
        if (!IsPacked)
        {
            return LogTail.Seek(_file, lines);
        }

        var all = LogTail.Count(Content);
        if (all <= lines)
        {
            Rewind();
            return all;
        }

        Rewind();
        var passed = LogTail.BytesOf(Content, all - lines);
        Rewind();
        LogTail.Skip(Content, passed);
        return lines;
    }

    public void Dispose()
    {
        Content.Dispose();
        _file.Dispose();
    }

    private void Rewind()
    {
        _file.Position = 0;
        Content = new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true);
    }

    private string NameNow()
    {
        var name = File.ResolveLinkTarget(Descriptor, returnFinalTarget: false)?.FullName ?? _file.Name;
        return name.EndsWith(Deleted, StringComparison.Ordinal) ? name[..^Deleted.Length] : name;
    }
}
