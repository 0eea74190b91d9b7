using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Coppice.Network.Nftables;
using Coppice.Network.PodNetwork;
using Coppice.Objects;

namespace Coppice.Network.Tests.Kernel;

/// <summary>
/// A node in a network namespace of its own: pods made by the real CNI plugin from our configuration, an outside world behind an
/// uplink, and our rules in its kernel tables. Everything goes away with it.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    public static readonly IPAddress Address = IPAddress.Parse("192.0.2.10");
    public static readonly IPAddress OutsideAddress = IPAddress.Parse("192.0.2.99");

    // 2001:db8::/32 is for documentation (RFC 3849): nobody's network.
    public static readonly IPAddress AddressV6 = IPAddress.Parse("2001:db8::10");
    public static readonly IPAddress OutsideAddressV6 = IPAddress.Parse("2001:db8::99");
    private static int _count;

    private readonly string _id = $"cpt{Environment.ProcessId % 100000}x{Interlocked.Increment(ref _count)}";
    private readonly List<TestPod> _pods = [];
    private readonly string _directory;

    private TestNode(bool isDual)
    {
        _directory = Directory.CreateTempSubdirectory("coppice-network-").FullName;
        Options = new NetworkOptions { NodeName = "node", CniConfigurationDirectory = System.IO.Path.Combine(_directory, "cni"), CniDataDirectory = System.IO.Path.Combine(_directory, "ipam") };
        Options = isDual ? Options with { Ranges = ClusterRanges.Parse("10.96.0.0/16,fd00:96::/112", "10.244.0.0/16,fd00:244::/56") } : Options;
        Rules = null!;
    }

    public NetworkOptions Options { get; }
    public NftablesRules Rules { get; private set; }
    public string Path => $"/run/netns/{_id}";
    public string Outside => $"/run/netns/{_id}o";

    /// <param name="isDual">With addresses of IPv6 as well.</param>
    public static async Task<TestNode> StartAsync(bool isDual = false)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Directory.Exists("/usr/lib/cni"), "needs root and the CNI plugins");
        var node = new TestNode(isDual);
        Run("ip", "netns", "add", node._id);
        Run("ip", "netns", "add", node._id + "o");
        node.Ip("link", "set", "lo", "up");
        Run("ip", "link", "add", "up0", "netns", node._id, "type", "veth", "peer", "name", "out0", "netns", node._id + "o");
        node.Ip("addr", "add", $"{Address}/24", "dev", "up0");
        node.Ip("link", "set", "up0", "up");
        node.Ip("route", "add", "default", "via", $"{OutsideAddress}");
        Run("ip", "-n", node._id + "o", "addr", "add", $"{OutsideAddress}/24", "dev", "out0");
        Run("ip", "-n", node._id + "o", "link", "set", "lo", "up");
        Run("ip", "-n", node._id + "o", "link", "set", "out0", "up");
        if (isDual)
        {
            node.Ip("addr", "add", $"{AddressV6}/64", "dev", "up0", "nodad");
            node.Ip("route", "add", "default", "via", $"{OutsideAddressV6}");
            Run("ip", "-n", node._id + "o", "addr", "add", $"{OutsideAddressV6}/64", "dev", "out0", "nodad");
        }

        await KernelSettings.ApplyAsync(node.Path, node.Options.Families);
        CniConfiguration.Write(node.Options);
        node.Rules = new NftablesRules(node.Options.Instance, node.Path, node.Options.Families);
        return node;
    }

    /// <summary>Makes a pod by running the plugin as the runtime does.</summary>
    public TestPod AddPod()
    {
        var pod = new TestPod($"{_id}p{_pods.Count}");
        Run("ip", "netns", "add", pod.Name);
        _pods.Add(pod);
        var addresses = Cni("ADD", pod)!["ips"]!.AsArray().Select(one => IPAddress.Parse(one!["address"]!.GetValue<string>().Split('/')[0])).ToList();
        (pod.Address, pod.AddressV6) = (addresses[0], addresses.ElementAtOrDefault(1));
        return pod;
    }

    public void Ip(params string[] arguments) => Run("ip", ["-n", _id, .. arguments]);

    public string Nsenter(string? path, params string[] command) => Run("nsenter", [$"--net={path ?? Path}", .. command]);

    public async ValueTask DisposeAsync()
    {
        if (Rules is not null)
        {
            await Rules.DisposeAsync();
        }

        foreach (var pod in _pods)
        {
            pod.Dispose();
            Run("ip", "netns", "del", pod.Name);
        }

        Run("ip", "netns", "del", _id);
        Run("ip", "netns", "del", _id + "o");
        Directory.Delete(_directory, recursive: true);
    }

    private JsonNode? Cni(string verb, TestPod pod)
    {
        var list = JsonNode.Parse(CniConfiguration.Describe(Options))!;
        var plugin = list["plugins"]![0]!.DeepClone();
        plugin["name"] = list["name"]!.DeepClone();
        plugin["cniVersion"] = list["cniVersion"]!.DeepClone();
        var output = Execute(
            "nsenter", [$"--net={Path}", "/usr/lib/cni/" + plugin["type"]!.GetValue<string>()], plugin.ToJsonString(),
            new() { ["CNI_COMMAND"] = verb, ["CNI_CONTAINERID"] = pod.Name, ["CNI_NETNS"] = pod.Path, ["CNI_IFNAME"] = "eth0", ["CNI_PATH"] = "/usr/lib/cni" });
        return output.Length == 0 ? null : JsonNode.Parse(output);
    }

    public static string Run(string program, params string[] arguments) => Execute(program, arguments, "", []);

    private static string Execute(string program, IEnumerable<string> arguments, string input, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        // Who has read from them must close them; libnftables ends a process that has more than 1 023 files open.
        using var errors = process.StandardError;
        using var outputs = process.StandardOutput;
        var error = errors.ReadToEndAsync();
        var output = outputs.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{error.Result}");
        return output;
    }
}
