using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Node.Host;
using Coppice.Node.Runtime.Containerd;

namespace Coppice.Commands.Hosting;

/// <summary>The packages of the distribution that a node needs, known by their files, so that other ways to install them count too.</summary>
internal static class HostPackages
{
    private static readonly string[] LibraryDirectories =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/local/lib"];

    private static readonly (string Package, Func<bool> IsThere)[] Needed =
    [
        ("containernetworking-plugins", () => File.Exists("/usr/lib/cni/ptp") || File.Exists("/opt/cni/bin/ptp")),
        ("nftables", () => Library("libnftables.so.1") || Program("nft")),
        ("conntrack", () => Program("conntrack")),
        ("catatonit", () => HostProgram.Catatonit.Find() is not null),
        ("libsqlite3-0", () => Library("libsqlite3.so.0")),
        ("util-linux", () => HostProgram.Nsenter.Find() is not null),
        ("mount", () => HostProgram.Umount.Find() is not null),
    ];

    // Only where containerd is ours to start.
    private static readonly (string Package, Func<bool> IsThere)[] Runtime =
    [
        ("containerd", () => HostProgram.Containerd.Find() is not null && HostProgram.Ctr.Find() is not null),
        ("runc", () => HostProgram.Runc.Find() is not null),
    ];

    /// <summary>In the order in which they should be named; empty when nothing is missing.</summary>
    public static IReadOnlyList<string> Missing(ServerOptions options) =>
        [.. (options.ContainerdSocket is null ? Runtime.Concat(Needed) : Needed).Where(one => !one.IsThere()).Select(one => one.Package)];

    /// <exception cref="UserErrorException">One is missing; the message is the command that installs it.</exception>
    public static void RequireAll(ServerOptions options)
    {
        if (Missing(options) is { Count: > 0 } missing)
        {
            throw new UserErrorException($"this machine lacks what containers need. Install it with: apt-get install {string.Join(' ', missing)}", ExitCodes.NotPossible);
        }
    }

    private static bool Library(string name) => LibraryDirectories.Any(directory => File.Exists(Path.Combine(directory, name)));

    private static bool Program(string name) => new HostProgram(name, name).Find() is not null;
}
