using System.Security.Cryptography;
using System.Text;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>A shim of a containerd of ours: the parent of a pod's containers.</summary>
/// <param name="Containerd">The socket of the containerd that it belongs to.</param>
/// <param name="Namespace">containerd's, not the kernel's.</param>
/// <param name="Task">The id it was started for: a sandbox's, whose containers join it.</param>
public readonly record struct ShimProcess(HostProcess Process, string Containerd, string Namespace, string Task)
{
    private const string Program = "containerd-shim";

    /// <summary>Where shims listen, whoever's they are.</summary>
    private const string SocketDirectory = "/run/containerd/s";

    /// <summary>All that belong to the containerd of a layout, which they name on their command line: -namespace NAME -id ID -address SOCKET.</summary>
    public static IReadOnlyList<ShimProcess> Of(ContainerdLayout layout)
    {
        var found = new List<ShimProcess>();
        foreach (var process in HostProcess.All())
        {
            var line = HostProcess.CommandLine(process.Id);
            if (line.Count > 0 && Path.GetFileName(line[0]).StartsWith(Program, StringComparison.Ordinal)
                && Argument(line, "-address") == layout.Socket && Argument(line, "-namespace") is { } space && Argument(line, "-id") is { } task)
            {
                found.Add(new ShimProcess(process, layout.Socket, space, task));
            }
        }

        return found;
    }

    /// <summary>Ends shims with all that they are the parents of.</summary>
    public static void Kill(IReadOnlyList<ShimProcess> shims)
    {
        var family = shims.Select(one => one.Process).ToList();
        var all = HostProcess.All().ToList();
        for (var at = 0; at < family.Count; at++)
        {
            family.AddRange(all.Where(one => one.Parent == family[at].Id));
        }

        foreach (var one in family)
        {
            one.Kill();
        }

        foreach (var socket in shims.Select(one => one.SocketFile).Where(File.Exists))
        {
            File.Delete(socket);
        }
    }

    // By containerd's rule: the hash of the containerd's socket, the namespace and the id, as one path.
    private string SocketFile =>
        Path.Combine(SocketDirectory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Containerd}/{Namespace}/{Task}"))));

    private static string? Argument(IReadOnlyList<string> line, string name)
    {
        for (var at = 1; at + 1 < line.Count; at++)
        {
            if (line[at] == name)
            {
                return line[at + 1];
            }
        }

        return null;
    }
}
