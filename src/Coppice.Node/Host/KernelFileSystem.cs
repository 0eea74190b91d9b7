using System.Diagnostics;

namespace Coppice.Node.Host;

/// <summary>A file system of the kernel, which may be a module that nobody has asked for since the machine started.</summary>
internal sealed record KernelFileSystem(string Name)
{
    public static readonly KernelFileSystem Overlay = new("overlay");

    private static readonly HostProgram Modprobe = new("modprobe", "kmod");

    /// <summary>Loads its module if need be: what a machine can do must not depend on what ran on it before.</summary>
    public bool IsThere()
    {
        if (IsListed(File.ReadAllText("/proc/filesystems")))
        {
            return true;
        }

        if (Modprobe.Find() is not { } modprobe)
        {
            return false;
        }

        using var loading = Process.Start(new ProcessStartInfo(modprobe, ["--quiet", Name]));
        loading?.WaitForExit();
        return IsListed(File.ReadAllText("/proc/filesystems"));
    }

    // "nodev\toverlay" or "\text4" a line.
    internal bool IsListed(string fileSystems) => fileSystems.Split('\n').Any(line => line.EndsWith("\t" + Name, StringComparison.Ordinal));
}
