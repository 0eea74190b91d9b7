using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Node.Volumes;

/// <summary>
/// Parts of volumes that are mounted alone. Their pod may write in the volume, and change it while we look: so a part is found by
/// descriptors, never outside of its volume, and what was found is shown at a place of our own, which is what the runtime is given.
/// </summary>
internal static class SubPaths
{
    /// <summary>Shows a part of a volume at a place; what is missing of it becomes directories with the volume's own mode.</summary>
    /// <param name="mount">The mount's name, for the failure.</param>
    /// <exception cref="ContainerConfigException">It leads out of the volume, or cannot be had.</exception>
    public static void Show(string volume, string inside, string target, (string Mount, string Container) mount)
    {
        try
        {
            using var root = LinuxFiles.Find(volume);
            using var part = FindOrMake(root, inside, mount);
            Hide(target);
            MakeRoom(target, LinuxFiles.IsDirectory(part));
            LinuxFiles.Bind(part, target);
        }
        catch (IOException)
        {
            // Not why: that would tell the pod about files of the host.
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{mount.Mount}\" of container \"{mount.Container}\"");
        }
    }

    /// <summary>Takes away what is shown at a place; that there is nothing is no failure. The containers that have it keep it.</summary>
    public static void Hide(string target)
    {
        while (LinuxCalls.IsMountPoint(target))
        {
            LinuxCalls.Unmount(target);
        }
    }

    private static SafeFileHandle FindOrMake(SafeFileHandle root, string inside, (string Mount, string Container) mount)
    {
        try
        {
            return LinuxFiles.FindBeneath(root, inside);
        }
        catch (LinuxFileException failed) when (failed.Error == LinuxFiles.Errors.Missing)
        {
            try
            {
                Make(root, inside.Split('/', StringSplitOptions.RemoveEmptyEntries));
            }
            catch (IOException)
            {
                throw new ContainerConfigException($"failed to create subPath directory for volumeMount \"{mount.Mount}\" of container \"{mount.Container}\"");
            }

            return LinuxFiles.FindBeneath(root, inside);
        }
    }

    // Each part from the one that was found or made before it, so that a name that is changed meanwhile leads nowhere else.
    private static void Make(SafeFileHandle root, string[] parts)
    {
        var mode = LinuxFiles.ModeOf(root);
        var missing = parts.Length;
        SafeFileHandle? parent = null;
        try
        {
            while (parent is null)
            {
                missing--;
                parent = missing == 0 ? LinuxFiles.FindBeneath(root, ".") : TryFind(root, string.Join('/', parts[..missing]));
            }

            foreach (var part in parts[missing..])
            {
                LinuxFiles.MakeDirectory(parent, part, mode);
                var next = LinuxFiles.FindBeneath(parent, part);
                parent.Dispose();
                parent = next;
            }
        }
        finally
        {
            parent?.Dispose();
        }
    }

    private static SafeFileHandle? TryFind(SafeFileHandle root, string path)
    {
        try
        {
            return LinuxFiles.FindBeneath(root, path);
        }
        catch (LinuxFileException failed) when (failed.Error == LinuxFiles.Errors.Missing)
        {
            return null;
        }
    }

    private static void MakeRoom(string target, bool isDirectory)
    {
        if (File.Exists(target))
        {
            File.Delete(target);
        }
        else if (Directory.Exists(target))
        {
            Directory.Delete(target);
        }

        if (isDirectory)
        {
            OwnFiles.MakePrivateDirectory(target);
        }
        else
        {
            OwnFiles.MakePrivateDirectory(Path.GetDirectoryName(target)!);
            OwnFiles.WritePrivate(target, "");
        }
    }
}
