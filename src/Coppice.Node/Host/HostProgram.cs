using Coppice.Node.Runtime;

namespace Coppice.Node.Host;

/// <summary>A program of the distribution that we need.</summary>
/// <param name="Package">What to install to have it, on Debian and its kin.</param>
public sealed record HostProgram(string Name, string Package)
{
    public static readonly HostProgram Containerd = new("containerd", "containerd");
    public static readonly HostProgram Ctr = new("ctr", "containerd");
    public static readonly HostProgram Runc = new("runc", "runc");
    public static readonly HostProgram Catatonit = new("catatonit", "catatonit");
    public static readonly HostProgram Umount = new("umount", "mount");
    public static readonly HostProgram Du = new("du", "coreutils");

    public static readonly HostProgram Nsenter = new("nsenter", "util-linux");

    // Where they are even if the environment has a short PATH, as under cron or in a minimal unit.
    private static readonly string[] UsualDirectories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public string? Find()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return directories.Concat(UsualDirectories).Select(directory => Path.Combine(directory, Name)).FirstOrDefault(File.Exists);
    }

    /// <exception cref="RuntimeException">It is not installed; the message says how to install it.</exception>
    public string Require() => Find() ?? throw new RuntimeException($"The program {Name} is not installed. Install it with: apt-get install {Package}");
}
