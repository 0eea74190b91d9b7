using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>image volumes: the files of an image that is on this node already, which nobody can write to.</summary>
internal sealed class ImageVolume : IVolumePlugin
{
    public const string Name = "image";

    public string Source => "image";

    public string DirectoryName => Name;

    public bool IsReadOnly => true;

    public bool Owns(Volume volume) => volume.Image is not null;

    /// <summary>What its files are shown by.</summary>
    public static string KeyOf(string podUid, string volume) => $"coppice-{podUid}-{volume}";

    public async ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var directory = setup.Directory;
        // Once for the pod's life, as what a name leads to may change.
        if (MountTable.IsMounted(directory))
        {
            return directory;
        }

        var images = setup.Images ?? throw new ContainerConfigException("this node shows no files of images");
        var mount = await images.Show(setup.Volume.Image!.Reference ?? "", KeyOf(setup.Pod.Metadata.Uid ?? "", setup.Volume.Name), stop);
        OwnFiles.EnsureDirectory(directory);
        return LinuxCalls.MountImage(mount, directory) is { } error ? throw new ContainerConfigException($"failed to mount image: {error}") : directory;
    }
}
