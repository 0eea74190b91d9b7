using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Network.PodNetwork;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Commands.Hosting;

/// <summary>What a machine must be like before a cluster can be on it. Each says what is missing and what to do.</summary>
internal static class HostChecks
{
    /// <summary>
    /// What a new cluster finds free on its disk, at least: store, keys and the runtime's databases begin with 2 MiB, and grow to some more before
    /// they are tidied for the first time.
    /// </summary>
    private const long NewClusterBytes = 32 << 20;

    private const double MiB = 1 << 20;

    public static void RequireRoot(string command)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UserErrorException($"must be run as root, for containers, networks and cgroups: sudo coppice {command}", ExitCodes.NotPossible);
        }
    }

    public static void RequireCgroups()
    {
        var mounts = CgroupMounts.Observe();
        if (mounts.IsUnified)
        {
            return;
        }

        string[] needed = ["cpu", "memory"];
        var missing = needed.Where(one => !mounts.Roots.ContainsKey(one)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        throw new UserErrorException(
            $"there are no cgroups for {string.Join(" and ", missing)} under /sys/fs/cgroup, which limit what containers use. Mount them: mount -t cgroup2 none /sys/fs/cgroup",
            ExitCodes.NotPossible);
    }

    /// <summary>A new cluster has room for what it begins with. One that is there starts on a full disk, too, and serves what it has.</summary>
    public static void RequireRoom(DataLayout layout)
    {
        if (File.Exists(layout.AdminKubeconfig) || File.Exists(layout.NodeAuthority))
        {
            return;
        }

        var there = layout.Root;
        while (!Directory.Exists(there))
        {
            there = Path.GetDirectoryName(there)!;
        }

        var free = new DriveInfo(there).TotalFreeSpace;
        if (free < NewClusterBytes)
        {
            throw new UserErrorException(
                string.Create(CultureInfo.InvariantCulture, $"the disk under {layout.Root} is full: {free / MiB:0.#} MiB are free, and a new cluster needs {NewClusterBytes / MiB:0.#} MiB. ")
                + "Make room, or choose another directory with --data-dir",
                ExitCodes.NotPossible);
        }
    }

    /// <summary>A machine is a cluster's own server, or a node of another, but not both by one directory.</summary>
    public static void RequireNoClusterBeside(ServerOptions options)
    {
        if (options.Join is { } join && File.Exists(new DataLayout(options.DataDirectory).AdminKubeconfig))
        {
            throw new UserErrorException(
                $"this machine is the server of a cluster already, whose data is in {options.DataDirectory}: it stays as it is. To make it a node of the cluster at {join.Server}, end its own first, "
                + "with all that is in it: \"coppice down --purge\"",
                ExitCodes.NotPossible);
        }
    }

    /// <summary>Neither the node's address nor a network that the machine is in are of pods or services: its packets would be taken for theirs.</summary>
    /// <param name="isNew">The cluster was not on this machine since its start: what is there is not its own.</param>
    public static void RequireRangesBeside(ServerOptions options, bool isNew)
    {
        var addresses = NodeAddresses.Of(options);
        RequireFamily(options, addresses);
        var conflict = addresses.Select(options.Ranges.Conflict).FirstOrDefault(one => one is not null)
            ?? (isNew ? NodeIp.Networks().Select(options.Ranges.Conflict).FirstOrDefault(one => one is not null) : null);
        if (conflict is not null)
        {
            throw new UserErrorException(
                options.Join is null
                    ? $"{conflict}. Choose others with --service-range, --pod-range or --node-address"
                    : $"{conflict}, of the cluster that it is to join: its server chooses them with --service-range and --pod-range, at its first start",
                ExitCodes.NotPossible);
        }
    }

    /// <summary>A machine without any network is known to nobody else; one that has some is known by an address of the family that its pods are known by.</summary>
    private static void RequireFamily(ServerOptions options, IReadOnlyList<IPAddress> addresses)
    {
        IReadOnlyList<IPAddress> others = options.NodeAddresses.IsEmpty
            ? [.. ((AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]).Select(NodeIp.Find).OfType<IPAddress>()]
            : options.NodeAddresses;
        if (addresses.Count == 0 && others.Count > 0)
        {
            throw new UserErrorException(
                $"pods are known by their addresses in {options.Ranges.Pods}, and this node only by {string.Join(" and ", others)}: name an address of that family with --node-address, or another range first with --pod-range",
                ExitCodes.NotPossible);
        }
    }

    /// <summary>The API's port and the node's are two, no service can get them, and nobody else has them. A node of a cluster elsewhere has no API.</summary>
    public static void RequireFreePorts(ServerOptions options)
    {
        if (options.Join is not null)
        {
            RequireFreePort(options.KubeletPort, "--kubelet-port");
            return;
        }

        if (options.Port == options.KubeletPort)
        {
            throw new UserErrorException($"--port and --kubelet-port are both {options.Port}: the API and the node's own endpoint need one each", ExitCodes.NotPossible);
        }

        foreach (var (port, option) in new[] { (options.Port, "--port"), (options.KubeletPort, "--kubelet-port") })
        {
            if (options.NodePorts.Contains(port))
            {
                throw new UserErrorException(
                    $"{option} {port} is one of the node ports {options.NodePorts}, which services get. Choose another, or others with --node-port-range", ExitCodes.NotPossible);
            }

            RequireFreePort(port, option);
        }
    }

    /// <param name="option">What another port is given by.</param>
    private static void RequireFreePort(int port, string option)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            // As the server will: connections of the last run that are still closing do not count.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            socket.Listen(1);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new UserErrorException(
                $"port {port} is in use by another program (ss -ltnp 'sport = :{port}' names it). Stop that, or choose another with {option}", ExitCodes.NotPossible, taken);
        }
        catch (SocketException)
        {
            // No IPv6 here, or the like: the server's own attempt tells what is the matter.
        }
    }
}
