using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>emptyDir volumes: a directory that lives as long as the pod, on the disk or in memory.</summary>
internal sealed class EmptyDirVolume : IVolumePlugin
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // 0777

    public string Source => "emptyDir";

    public string DirectoryName => "empty-dir";

    public bool Owns(Volume volume) => volume.EmptyDir is not null;

    public ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var source = setup.Volume.EmptyDir!;
        if (source.Medium is { Length: > 0 } medium and not StorageMedium.Memory)
        {
            throw new ContainerConfigException($"unsupported storage medium \"{medium}\"");
        }

        var group = setup.Pod.Spec.SecurityContext?.FsGroup;
        var mode = group is null ? Everybody : Everybody | UnixFileMode.SetGroup;
        if (source.Medium is StorageMedium.Memory)
        {
            MakeInMemory(setup.Directory, source.SizeLimit is { IsZero: false } limit ? limit.Value : null, mode, group);
        }
        else if (!Directory.Exists(setup.Directory))
        {
            Make(setup.Directory, mode, group);
        }

        return ValueTask.FromResult(setup.Directory);
    }

    private static void MakeInMemory(string directory, long? bytesMax, UnixFileMode mode, long? group)
    {
        OwnFiles.EnsureDirectory(directory);
        var error = MountTable.IsMounted(directory) ? null : LinuxCalls.MountTmpfs(directory, bytesMax, mode, group);
        if (error is not null)
        {
            throw new ContainerConfigException($"a file system in memory cannot be mounted: {error}");
        }
    }

    // Complete before it has its name: what a crash in between leaves would be taken for the volume, which its pod could not write.
    private static void Make(string directory, UnixFileMode mode, long? group)
    {
        var unfinished = directory + ".new";
        OwnFiles.EnsureDirectory(unfinished);
        LinuxCalls.SetOwner(unfinished, null, group);
        File.SetUnixFileMode(unfinished, mode);
        LinuxCalls.Rename(unfinished, directory);
    }
}
