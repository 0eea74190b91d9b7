using System.Net;
using Coppice.Client;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Network.Nftables;
using Coppice.Objects;

namespace Coppice.Commands.Hosting;

/// <summary>
/// Who has which instance name on this machine, and which addresses and node ports. A claim outlives the server, as containers do; it ends
/// with a purge, or with the machine's next start, when the cgroups and rules of that name are gone too. The file of a name has the data
/// directory in its first line, and a line for each of the others.
/// </summary>
internal sealed record InstanceClaim(string DataDirectory, ClusterRanges Ranges, PortRange NodePorts)
{
    private const string UsualDirectory = "/run/coppice/instances";
    private const string Services = "services ";
    private const string Pods = "pods ";
    private const string Ports = "node-ports ";

    /// <exception cref="UserErrorException">The cluster of another data directory has the name.</exception>
    public static void Take(ServerOptions options, string directory = UsualDirectory)
    {
        OwnFiles.MakePrivateDirectory(directory);
        var file = Path.Combine(directory, options.Instance);
        if (Read(file) is { } other && other.DataDirectory != options.DataDirectory && Directory.Exists(other.DataDirectory))
        {
            throw new UserErrorException(
                $"the instance name {options.Instance} belongs to the cluster in {other.DataDirectory}: two clusters with one name would end each other's containers. Choose another with --instance",
                ExitCodes.NotPossible);
        }

        OwnFiles.WritePrivate(file, $"{options.DataDirectory}\n{Services}{options.Ranges.ServicesText}\n{Pods}{options.Ranges.PodsText}\n{Ports}{options.NodePorts}\n");
    }

    /// <summary>Whether a cluster of this name was on the machine since its start, and was not purged.</summary>
    public static bool IsThere(string instance, string directory = UsualDirectory) => File.Exists(Path.Combine(directory, instance));

    public static void Release(string instance, string dataDirectory, string directory = UsualDirectory)
    {
        var file = Path.Combine(directory, instance);
        if (Read(file)?.DataDirectory == dataDirectory)
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Every packet of a network meets the rules of every cluster on it: no two may have an address or a node port in common.
    /// </summary>
    /// <exception cref="UserErrorException">Another cluster on this network has what is asked for.</exception>
    public static async Task RequireNothingSharedAsync(ServerOptions options)
    {
        var tables = await NftTableNames.NamesAsync();
        RequireNothingShared(options, (name, claim) => tables.Contains(name) || ServerProcess.Find(new DataLayout(claim.DataDirectory)) is { IsOnThisNetwork: true });
    }

    /// <param name="isHere">Whether the cluster of a name and claim is on this network; one in another network namespace is not in the way.</param>
    internal static void RequireNothingShared(ServerOptions options, Func<string, InstanceClaim, bool> isHere, string directory = UsualDirectory)
    {
        foreach (var file in Directory.Exists(directory) ? Directory.GetFiles(directory) : [])
        {
            var name = Path.GetFileName(file);
            if (name != options.Instance && Read(file) is { } other && Directory.Exists(other.DataDirectory)
                && other.SharedWith(options) is var (what, option) && isHere(name, other))
            {
                throw new UserErrorException(
                    $"{what} belong to the cluster in {other.DataDirectory} (instance {name}), and one cluster would get what is sent to the other. Choose others with {option}",
                    ExitCodes.NotPossible);
            }
        }
    }

    private (string What, string Option)? SharedWith(ServerOptions options)
    {
        IPNetwork[] theirs = [.. Ranges.AllServices, .. Ranges.AllPods];
        foreach (var services in options.Ranges.AllServices.Where(one => theirs.Any(other => ClusterRanges.Overlap(one, other))))
        {
            return ($"addresses of the range of services {services}", "--service-range");
        }

        foreach (var pods in options.Ranges.AllPods.Where(one => theirs.Any(other => ClusterRanges.Overlap(one, other))))
        {
            return ($"addresses of the range of pods {pods}", "--pod-range");
        }

        return NodePorts.Overlaps(options.NodePorts) ? ($"node ports of the range {options.NodePorts}", "--node-port-range") : null;
    }

    /// <summary>Null where there is none. What is not said is as usual.</summary>
    private static InstanceClaim? Read(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        var lines = File.ReadAllLines(file);
        return new InstanceClaim(
            lines is [var owner, ..] ? owner.Trim() : "",
            ClusterRanges.Parse(Value(Services), Value(Pods)),
            Value(Ports) is { } ports ? PortRange.Parse(ports) : PortRange.NodePorts);

        string? Value(string key) => lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
    }
}
