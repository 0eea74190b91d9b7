using System.Globalization;
using Coppice.Client;
using Coppice.Node.Host;

namespace Coppice.Node.Volumes;

/// <summary>
/// Replaces all files of a directory at once, in the way of Kubernetes, which programs rely on: the files are in a directory
/// of the time, ..data is a link to it that is moved into place, and the visible names are links through ..data.
/// </summary>
internal static class AtomicDirectory
{
    private const string DataLink = "..data";
    private const string NewDataLink = "..data_tmp";

    /// <param name="finish">Is called on the new directory before anybody can see it; for its ownership.</param>
    /// <returns>False when it held exactly these files already.</returns>
    public static bool Write(string directory, IReadOnlyList<VolumeFile> files, DateTimeOffset now, Action<string> finish)
    {
        OwnFiles.EnsureDirectory(directory);
        var link = Path.Combine(directory, DataLink);
        var old = new FileInfo(link).LinkTarget;
        if (old is not null && Holds(Path.Combine(directory, old), files))
        {
            AddLinks(directory, files);
            return false;
        }

        var fresh = NewName(directory, now);
        WriteFiles(Path.Combine(directory, fresh), files);
        finish(Path.Combine(directory, fresh));

        var temporary = Path.Combine(directory, NewDataLink);
        File.Delete(temporary);
        File.CreateSymbolicLink(temporary, fresh);
        LinuxCalls.Rename(temporary, link);
        AddLinks(directory, files);
        RemoveLinks(directory, files);
        RemoveOld(directory, fresh);
        return true;
    }

    private static string NewName(string directory, DateTimeOffset now)
    {
        var stamp = ".." + now.UtcDateTime.ToString("yyyy_MM_dd_HH_mm_ss", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{stamp}.{number}");
            if (!Directory.Exists(Path.Combine(directory, name)))
            {
                return name;
            }
        }
    }

    private static bool Holds(string directory, IReadOnlyList<VolumeFile> files)
    {
        if (!Directory.Exists(directory))
        {
            return false;
        }

        var there = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Count();
        return there == files.Count && files.All(one => Path.Combine(directory, one.Path) is var path
            && File.Exists(path) && new FileInfo(path).Length == one.Content.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(one.Content.Span));
    }

    private static void WriteFiles(string directory, IReadOnlyList<VolumeFile> files)
    {
        OwnFiles.MakeDirectory(directory, OwnFiles.PublicDirectory);
        foreach (var one in files)
        {
            var folder = directory;
            foreach (var part in one.Path.Split('/').SkipLast(1))
            {
                folder = Path.Combine(folder, part);
                OwnFiles.MakeDirectory(folder, OwnFiles.PublicDirectory);
            }

            OwnFiles.Write(Path.Combine(directory, one.Path), one.Content.Span, (UnixFileMode)(one.Mode & 0xFFF));
        }
    }

    private static IEnumerable<string> Names(IReadOnlyList<VolumeFile> files) => files.Select(one => one.Path.Split('/')[0]).Distinct(StringComparer.Ordinal);

    // The one before, and whatever a crash in the middle of this left.
    private static void RemoveOld(string directory, string fresh)
    {
        foreach (var entry in new DirectoryInfo(directory).EnumerateDirectories("..*"))
        {
            if (entry.LinkTarget is null && entry.Name != fresh)
            {
                DirectoryRemoval.Remove(entry.FullName);
            }
        }
    }

    private static void AddLinks(string directory, IReadOnlyList<VolumeFile> files)
    {
        foreach (var name in Names(files))
        {
            var path = Path.Combine(directory, name);
            if (new FileInfo(path).LinkTarget is null)
            {
                File.CreateSymbolicLink(path, $"{DataLink}/{name}");
            }
        }
    }

    private static void RemoveLinks(string directory, IReadOnlyList<VolumeFile> files)
    {
        var wanted = Names(files).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null && entry.Name != DataLink && !wanted.Contains(entry.Name))
            {
                entry.Delete();
            }
        }
    }
}
