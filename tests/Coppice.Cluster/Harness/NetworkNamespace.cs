using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Coppice.Testing;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A network of its own for one cluster: loopback, and mostly an uplink with an address and a default route, as a machine has, but leading
/// nowhere. Whatever is done to routes, rules and devices inside is not seen outside, and clusters do not see each other.
/// </summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    // 192.0.2.0/24 is for documentation (RFC 5737): nobody's network.
    public static readonly IPAddress NodeAddress = IPAddress.Parse("192.0.2.10");

    // 2001:db8::/32 is for documentation (RFC 3849): nobody's network.
    public static readonly IPAddress NodeAddressV6 = IPAddress.Parse("2001:db8::10");

    /// <summary>The device by which it reaches others.</summary>
    public const string Uplink = "uplink0";

    private static readonly IPNetwork Subnet = new(IPAddress.Parse("192.0.2.0"), 24);

    private const string Switch = "switch0";
    private const int CloneNewNetwork = 0x40000000;

    private readonly Lazy<Task> _switch;

    // Of IPv6 as well; so are its neighbours'.
    private readonly bool _hasV6;

    private NetworkNamespace(string name, string? path = null, bool hasV6 = false)
    {
        (Name, Path, _hasV6) = (name, path ?? $"/run/netns/{name}", hasV6);
        _switch = new Lazy<Task>(AddSwitchAsync);
    }

    public string Name { get; }

    /// <summary>The file that stands for it.</summary>
    public string Path { get; }

    public static async Task<NetworkNamespace> CreateAsync(string name, bool hasUplink = true, bool hasV6 = false)
    {
        // A veth pair with both ends here: a device without a cable would have no carrier, and its routes would be dead.
        string[] uplink =
        [
            $"-n {name} link add {Uplink} type veth peer name {Uplink}-far",
            $"-n {name} link set {Uplink}-far up",
            $"-n {name} link set {Uplink} up",
            $"-n {name} address add {NodeAddress}/24 dev {Uplink}",
            $"-n {name} route add default via 192.0.2.1 dev {Uplink}",
        ];
        string[] v6 =
        [
            $"-n {name} address add {NodeAddressV6}/64 dev {Uplink} nodad",
            $"-n {name} route add default via 2001:db8::1 dev {Uplink}",
        ];
        await RunAsync([$"netns add {name}", $"-n {name} link set lo up", .. hasUplink ? uplink : [], .. hasV6 ? v6 : []]);
        return new NetworkNamespace(name, hasV6: hasV6);
    }

    /// <summary>That of another machine, with a cable to the switch that this one is at, too.</summary>
    /// <param name="address">In the network of this one; or in another, whose machines are reached by way of this one.</param>
    public async Task<NetworkNamespace> CreateNeighbourAsync(string name, IPAddress address)
    {
        await _switch.Value;
        var cable = $"to-{address.GetAddressBytes()[3]}";
        string[] far = Subnet.Contains(address)
            ? []
            : [$"-n {Name} route add {address}/32 dev {Uplink}", $"-n {name} route add {NodeAddress}/32 dev {Uplink}"];
        await RunAsync(
        [
            $"netns add {name}",
            $"-n {name} link set lo up",
            $"-n {name} link add {Uplink} type veth peer name {cable} netns {Name}",
            $"-n {Name} link set {cable} master {Switch} up",
            $"-n {name} link set {Uplink} up",
            $"-n {name} address add {address}/24 dev {Uplink}",
            .. far,
            $"-n {name} route add default via {NodeAddress} dev {Uplink}",
            .. _hasV6 && Subnet.Contains(address) ? (string[])[$"-n {name} address add 2001:db8::{address.GetAddressBytes()[3]}/64 dev {Uplink} nodad"] : [],
        ]);
        return new NetworkNamespace(name);
    }

    /// <summary>One that is there already.</summary>
    public static NetworkNamespace Existing(string name) => new(name);

    /// <summary>That of a process, such as a container's; not to be disposed of.</summary>
    public static NetworkNamespace OfProcess(int id) => new($"of-{id}", $"/proc/{id}/ns/net");

    /// <summary>The command, run inside. (Not with <c>ip netns exec</c>, which would hide the cgroups.)</summary>
    public Command Enter(Command command) => command.After("nsenter", $"--net={Path}", "--");

    /// <summary>A client whose connections are made inside. Addresses must be numbers: there is no name service to ask.</summary>
    public HttpClient NewHttpClient(TimeSpan timeout) => new(NewHandler()) { Timeout = timeout };

    /// <summary>A handler whose connections are made inside.</summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, stop) => new NetworkStream(await ConnectAsync(context.DnsEndPoint, stop), ownsSocket: true),
    };

    /// <summary>A TCP connection made inside.</summary>
    public async Task<Socket> ConnectAsync(DnsEndPoint to, CancellationToken stop)
    {
        var address = to.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(to.Host);
        var socket = await NewSocketAsync(address.AddressFamily);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, to.Port), stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket that listens inside, on all addresses.</summary>
    public async Task<Socket> ListenAsync(int port)
    {
        var socket = await NewSocketAsync(AddressFamily.InterNetwork);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await new Command("ip", "netns", "delete", Name).RunAsync();

    // It is here for want of another place: what goes through it is none of this machine's rules' business, and it answers for nobody.
    private async Task AddSwitchAsync()
    {
        await RunAsync([$"-n {Name} link add {Switch} type bridge"]);
        (await Enter(new Command("sh", "-c", $"echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables && echo 0 > /proc/sys/net/bridge/bridge-nf-call-ip6tables && echo 1 > /proc/sys/net/ipv4/conf/{Switch}/arp_ignore")).RunAsync()).OrThrow();
        await RunAsync([$"-n {Name} link set {Uplink}-far master {Switch}", $"-n {Name} link set {Switch} up"]);
    }

    private static async Task RunAsync(IEnumerable<string> steps)
    {
        foreach (var step in steps)
        {
            (await new Command("ip", step.Split(' ')).RunAsync()).OrThrow();
        }
    }

    // A socket belongs for ever to the namespace its thread was in when it was made. The thread is ended after that: it must not go
    // back among those that others use.
    private Task<Socket> NewSocketAsync(AddressFamily family)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(Path);
                if (EnterNamespace(file, CloneNewNetwork) != 0)
                {
                    throw new IOException($"cannot enter {Path}: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                made.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }
            catch (Exception failure)
            {
                made.SetException(failure);
            }
        });
        thread.Start();
        return made.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(SafeFileHandle file, int kind);
}
