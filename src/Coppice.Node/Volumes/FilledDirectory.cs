using Coppice.Client;
using Coppice.Node.Host;

namespace Coppice.Node.Volumes;

/// <summary>A volume whose files are the cluster's: all of a change is seen at once, and the pod's group may read them.</summary>
internal static class FilledDirectory
{
    /// <param name="files">All of them. Asked for first: a volume that cannot be filled is not made.</param>
    /// <param name="finish">Is called on the new files before anybody can see them.</param>
    /// <returns>The volume's directory.</returns>
    public static string Write(VolumeSetup setup, IReadOnlyList<VolumeFile> files, Action<string>? finish = null)
    {
        OwnFiles.EnsureDirectory(setup.Directory);
        OwnFiles.MakeDirectory(setup.Directory, OwnFiles.PublicDirectory);
        AtomicDirectory.Write(setup.Directory, files, setup.Time.GetUtcNow(), fresh =>
        {
            finish?.Invoke(fresh);
            if (setup.Pod.Spec.SecurityContext?.FsGroup is { } group)
            {
                VolumeOwnership.Apply(fresh, group, readOnly: true);
            }
        });
        return setup.Directory;
    }

    /// <summary>The same off the disk, where that can be had: in a container of its own, coppice may not be allowed to mount.</summary>
    public static string WriteInMemory(VolumeSetup setup, IReadOnlyList<VolumeFile> files, Action<string>? finish = null)
    {
        OwnFiles.EnsureDirectory(setup.Directory);
        if (!MountTable.IsMounted(setup.Directory))
        {
            LinuxCalls.MountTmpfs(setup.Directory, null, OwnFiles.PublicDirectory, null);
        }

        return Write(setup, files, finish);
    }
}
