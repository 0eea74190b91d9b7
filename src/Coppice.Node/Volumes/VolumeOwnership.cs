using Coppice.Node.Host;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>fsGroup: volumes belong to a group that all containers are in.</summary>
internal static class VolumeOwnership
{
    private const UnixFileMode GroupWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode GroupReads = UnixFileMode.UserRead | UnixFileMode.GroupRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;

    /// <summary>The user that all containers run as; null when there are several or none is set.</summary>
    public static long? UserOf(Pod pod)
    {
        var users = pod.Spec.InitContainers.Concat(pod.Spec.Containers)
            .Select(one => one.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser).Distinct().ToList();
        return users.Count == 1 ? users[0] : null;
    }

    /// <summary>Gives a directory of ours and all in it to the group, which may read it, and write it unless it is read-only.</summary>
    public static void Apply(string directory, long group, bool readOnly)
    {
        ApplyOne(new DirectoryInfo(directory), group, readOnly);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                Apply(entry.FullName, group, readOnly);
            }
            else
            {
                ApplyOne(entry, group, readOnly);
            }
        }
    }

    private static void ApplyOne(FileSystemInfo entry, long group, bool readOnly)
    {
        LinuxCalls.SetOwner(entry.FullName, null, group);
        if (entry.LinkTarget is not null)
        {
            return;
        }

        var added = (readOnly ? GroupReads : GroupWrites) | (entry is DirectoryInfo ? Enter : 0);
        File.SetUnixFileMode(entry.FullName, File.GetUnixFileMode(entry.FullName) | added);
    }
}
