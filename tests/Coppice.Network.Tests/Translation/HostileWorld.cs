using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;

namespace Coppice.Network.Tests.Translation;

/// <summary>
/// Objects as nobody should be able to store them, beside a good service and a good pod: what validation lets through one day must not
/// stop the rules of the others.
/// </summary>
internal sealed class HostileWorld(Random random)
{
    public const string GoodAddress = "10.96.7.7";
    public const int GoodHostPort = 8099;

    private static readonly string?[] Addresses =
    [
        null, "", "::", "fd00::5", "fe80::1%1", "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "1", "10.1", "010.0.0.1", "256.1.1.1", "None", "none",
        "10.96.0.50", "10.96.0.51", "192.0.2.10", "10.96.0.0/16", "10.96.0.50 }", "10.96.0.50\nflush ruleset", "localhost", "::ffff:10.0.0.1", " 10.0.0.1",
    ];

    private static readonly string?[] Ranges =
    [
        null, "", "0.0.0.0/0", "10.1.2.3/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0", "/8", "2001:db8::/32", "a/b/c", " 10.0.0.0/8 ", "10.0.0.0/08", "10.0.0.0/99999999999",
    ];

    private static readonly string?[] Names =
    [
        null, "", "web", "http", "a", "a/b", "web }", "web\ndelete table ip coppice", "\"", "$x", new('n', 63), new('m', 300), "ümlaut", "all", "services", "x y", "-", ".",
    ];

    private static readonly string?[] Protocols = [null, "", "TCP", "UDP", "SCTP", "tcp", "ICMP", "TCP }"];

    private static readonly int[] Ports = [0, 1, 80, 443, 8080, 65535, 65536, -1, int.MaxValue, int.MinValue];

    public NetworkObjects Next() => new(
        [GoodService(), .. Many(6, Service)], [GoodSlice(), .. Many(8, Slice)], [GoodPod(), .. Many(5, Pod)], ["default", .. Many(2, () => Pick(Names)!).OfType<string>()]);

    /// <summary>The good ones by themselves.</summary>
    public static NetworkObjects Good() => new([GoodService()], [GoodSlice()], [GoodPod()], ["good"]);

    private static Service GoodService() => new()
    {
        Metadata = new ObjectMeta { Namespace = "good", Name = "good" },
        Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = GoodAddress, Ports = [new ServicePort { Name = "http", Protocol = "TCP", Port = 80 }] },
    };

    private static EndpointSlice GoodSlice() => new()
    {
        Metadata = new ObjectMeta { Namespace = "good", Name = "good-1", Labels = new ValueMap<string>().With("kubernetes.io/service-name", "good") },
        AddressType = "IPv4",
        Ports = [new Objects.Discovery.EndpointPort { Name = "http", Protocol = "TCP", Port = 8080 }],
        Endpoints = [new Endpoint { Addresses = ["10.244.0.77"], NodeName = "node" }],
    };

    private static Pod GoodPod() => new()
    {
        Metadata = new ObjectMeta { Namespace = "good", Name = "good" },
        Spec = new PodSpec { NodeName = "node", Containers = [new Container { Name = "web", Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = GoodHostPort }] }] },
        Status = new PodStatus { Phase = "Running", PodIP = "10.244.0.78" },
    };

    private Service Service() => new()
    {
        Metadata = Meta("web"),
        Spec = new ServiceSpec
        {
            Type = Pick(ServiceType.ClusterIP, ServiceType.NodePort, ServiceType.LoadBalancer, ServiceType.ExternalName, "Odd"),
            ClusterIP = Pick(Addresses)!,
            ClusterIPs = Many(2, () => Pick(Addresses)!).ToValueList(),
            ExternalIPs = Many(3, () => Pick(Addresses)!).ToValueList(),
            ExternalName = Pick(Names)!,
            LoadBalancerSourceRanges = Many(3, () => Pick(Ranges)!).ToValueList(),
            SessionAffinity = Pick("None", "ClientIP", ""),
            SessionAffinityConfig = new SessionAffinityConfig { ClientIP = new ClientIPConfig { TimeoutSeconds = Pick<int?>(null, 0, -5, 1, 86400, int.MaxValue) } },
            ExternalTrafficPolicy = Pick("Local", "Cluster", "Odd"),
            InternalTrafficPolicy = Pick("Local", "Cluster", "Odd"),
            Ports = Many(3, () => new ServicePort { Name = Pick(Names), Protocol = Pick(Protocols), Port = Pick(Ports), NodePort = Pick(Ports) }).ToValueList(),
        },
        Status = new ServiceStatus { LoadBalancer = new LoadBalancerStatus { Ingress = Many(2, () => new LoadBalancerIngress { Ip = Pick(Addresses), Hostname = Pick(Names) }).ToValueList() } },
    };

    private EndpointSlice Slice() => new()
    {
        Metadata = Meta("web-1") with { Labels = new ValueMap<string>().With("kubernetes.io/service-name", Pick(Names) ?? "web") },
        AddressType = Pick("IPv4", "IPv6", "FQDN", ""),
        Ports = Many(3, () => new Objects.Discovery.EndpointPort { Name = Pick(Names), Protocol = Pick(Protocols), Port = Pick<int?>(null, 0, -1, 80, 70000, int.MaxValue) }).ToValueList(),
        Endpoints = Many(4, () => new Endpoint
        {
            Addresses = Many(2, () => Pick(Addresses)!).ToValueList(),
            Hostname = Pick(Names),
            NodeName = Pick("node", "other", null),
            Conditions = new EndpointConditions { Ready = Pick<bool?>(true, false, null), Serving = Pick<bool?>(true, false, null), Terminating = Pick<bool?>(true, false, null) },
        }).ToValueList(),
    };

    private Pod Pod() => new()
    {
        Metadata = Meta("pod"),
        Spec = new PodSpec
        {
            NodeName = "node",
            Containers = Many(2, () => new Container
            {
                Name = "c",
                Ports = Many(3, () => new ContainerPort { ContainerPortValue = Pick(Ports), HostPort = Pick(Ports), HostIP = Pick(Addresses)!, Protocol = Pick(Protocols)! }).ToValueList(),
            }).ToValueList(),
        },
        Status = new PodStatus { Phase = Pick("Running", "Pending", "Odd"), PodIP = Pick(Addresses) },
    };

    private ObjectMeta Meta(string usual) => new() { Namespace = Pick("default", Pick(Names)), Name = $"{Pick(usual, Pick(Names))}{Pick("", $"{random.Next(1000)}")}" };

    private List<T> Many<T>(int most, Func<T> make) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];

    private T Pick<T>(params T[] among) => among[random.Next(among.Length)];
}
