using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>hostPath volumes: the path itself, checked or made as its type says.</summary>
internal sealed class HostPathVolume : IVolumePlugin
{
    public string Source => "hostPath";

    public string DirectoryName => "host-path";

    public bool Owns(Volume volume) => volume.HostPath is not null;

    public ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop) => ValueTask.FromResult(Prepare(setup.Volume.HostPath!));

    /// <summary>Checks or makes the path; returns it.</summary>
    public static string Prepare(HostPathVolumeSource source)
    {
        var path = source.Path;
        var type = source.Type ?? "";
        if (!Path.Exists(path))
        {
            // Of an unnamed type nothing is checked, but the runtime would make what is missing without a word.
            if (type is "" or HostPathType.DirectoryOrCreate)
            {
                OwnFiles.EnsureDirectory(path, OwnFiles.PublicDirectory);
            }

            if (type is HostPathType.FileOrCreate)
            {
                OwnFiles.Write(path, "", OwnFiles.PublicFile);
            }
        }

        var kind = LinuxCalls.KindOf(path);
        (FileKind Kind, string Name)? wanted = type switch
        {
            HostPathType.Directory or HostPathType.DirectoryOrCreate => (FileKind.Directory, "a directory"),
            HostPathType.File or HostPathType.FileOrCreate => (FileKind.Plain, "a file"),
            HostPathType.Socket => (FileKind.Socket, "a socket file"),
            HostPathType.CharDevice => (FileKind.CharacterDevice, "a character device"),
            HostPathType.BlockDevice => (FileKind.BlockDevice, "a block device"),
            _ => null,
        };
        if (wanted is { } one && one.Kind != kind)
        {
            throw new ContainerConfigException($"hostPath type check failed: {path} is not {one.Name}");
        }

        return path;
    }
}
