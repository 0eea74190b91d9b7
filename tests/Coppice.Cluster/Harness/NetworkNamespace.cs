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

    /// <summary>The device by which it reaches others.</summary>
    public const string Uplink = "uplink0";

    private const int CloneNewNetwork = 0x40000000;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public string Path => $"/run/netns/{Name}";

    public static async Task<NetworkNamespace> CreateAsync(string name, bool hasUplink = true)
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
        foreach (var step in (string[])[$"netns add {name}", $"-n {name} link set lo up", .. hasUplink ? uplink : []])
        {
            (await new Command("ip", step.Split(' ')).RunAsync()).OrThrow();
        }

        return new NetworkNamespace(name);
    }

    /// <summary>That of another machine, with a cable to this one, by which it reaches all others.</summary>
    /// <param name="address">In the network of this one.</param>
    public async Task<NetworkNamespace> CreateNeighbourAsync(string name, IPAddress address)
    {
        var cable = $"to-{address.GetAddressBytes()[3]}";
        foreach (var step in (string[])
        [
            $"netns add {name}",
            $"-n {name} link set lo up",
            $"-n {name} link add {Uplink} type veth peer name {cable} netns {Name}",
            $"-n {Name} link set {cable} up",
            $"-n {Name} route add {address}/32 dev {cable}",
            $"-n {name} link set {Uplink} up",
            $"-n {name} address add {address}/24 dev {Uplink}",
            $"-n {name} route add default via {NodeAddress} dev {Uplink}",
        ])
        {
            (await new Command("ip", step.Split(' ')).RunAsync()).OrThrow();
        }

        return new NetworkNamespace(name);
    }

    /// <summary>One that is there already.</summary>
    public static NetworkNamespace Existing(string name) => new(name);

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

    public async ValueTask DisposeAsync() => await new Command("ip", "netns", "delete", Name).RunAsync();

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
