using System.Net;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;

namespace Coppice.Network.Tests.Translation;

public sealed class NetworkTranslatorTests
{
    private static readonly NetworkOptions Options = new() { NodeName = "node", CniConfigurationDirectory = "", CniDataDirectory = "" };

    private static Service Web() => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
        Spec = new ServiceSpec
        {
            Type = ServiceType.LoadBalancer,
            ClusterIP = "10.96.0.50",
            ClusterIPs = ["10.96.0.50", "fd00::50"],
            ExternalTrafficPolicy = "Local",
            SessionAffinity = "ClientIP",
            Ports = [new ServicePort { Name = "http", Protocol = "TCP", Port = 80, NodePort = 30080 }],
        },
        Status = new ServiceStatus { LoadBalancer = new LoadBalancerStatus { Ingress = [new LoadBalancerIngress { Ip = "192.0.2.10" }] } },
    };

    /// <summary>One of many names, of no to three ports; now and then with what cannot be understood, and with a port that tells of its health.</summary>
    private static Service AnyService(Random random) => Web() is var web
        ? web with
        {
            Metadata = new ObjectMeta { Namespace = random.Next(2) == 0 ? "default" : "other", Name = $"web-{random.Next(200)}" },
            Spec = web.Spec with
            {
                Type = random.Next(2) == 0 ? ServiceType.LoadBalancer : ServiceType.ClusterIP,
                HealthCheckNodePort = random.Next(2) == 0 ? 31000 : 0,
                ExternalIPs = random.Next(5) == 0 ? ["nowhere"] : [],
                Ports = Enumerable.Range(0, random.Next(4)).Select(i => new ServicePort { Name = $"p{i}", Protocol = "TCP", Port = random.Next(1, 99) }).ToValueList(),
            },
        }
        : web;

    private static EndpointSlice Slice(params Endpoint[] endpoints) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default", Name = "web-1", Labels = new ValueMap<string>().With("kubernetes.io/service-name", "web"),
        },
        AddressType = "IPv4",
        Ports = [new Objects.Discovery.EndpointPort { Name = "http", Protocol = "TCP", Port = 8080 }, new Objects.Discovery.EndpointPort { Name = "other", Protocol = "TCP", Port = 1 }],
        Endpoints = endpoints.ToValueList(),
    };

    private static Endpoint At(string address, bool? ready = true, bool? serving = null, bool? terminating = null, string node = "node") => new()
    {
        Addresses = [address],
        NodeName = node,
        Conditions = new EndpointConditions { Ready = ready, Serving = serving, Terminating = terminating },
    };

    private static NetworkTranslation Translate(Service service, params EndpointSlice[] slices) =>
        new NetworkTranslator(Options).Translate(new NetworkObjects([service], slices, [], ["default"]));

    [Fact]
    public void A_nodes_pods_ask_its_own_name_server()
    {
        var dns = Web() with { Spec = Web().Spec with { ClusterIP = "10.96.0.10", ExternalTrafficPolicy = null, Ports = [new ServicePort { Name = "http", Protocol = "UDP", Port = 53 }] } };
        var world = new NetworkObjects([dns, Web()], [Slice(At("192.0.2.1", node: "first"))], [], ["default"]);

        var rules = new NetworkTranslator(Options with { OwnDns = [new(IPAddress.Parse("192.0.2.7"), 5353)] }).Translate(world with { Services = [dns] }).State.Services;
        Assert.Equal(["192.0.2.7:5353"], rules.SelectMany(one => one.Endpoints).Select(one => $"{one.Address}:{one.Port}").Distinct());

        var others = new NetworkTranslator(Options with { OwnDns = [new(IPAddress.Parse("192.0.2.7"), 5353)] }).Translate(world with { Services = [Web()] }).State.Services;
        Assert.Equal(["192.0.2.1:8080"], others.SelectMany(one => one.Endpoints).Select(one => $"{one.Address}:{one.Port}").Distinct());
    }

    [Theory]
    // Endpoints as ZONE/NODE with hints for both, or one of them, and which are used from node "node" of zone "here".
    [InlineData("here/node here/other there/third", "z", "0 1")]
    [InlineData("here/node here/other there/third", "zn", "0")]
    [InlineData("here/other there/third", "zn", "0")]
    [InlineData("there/second there/third", "z", "0 1")]
    [InlineData("there/second there/third", "zn", "0 1")]
    [InlineData("here/node there/third -/fourth", "z", "0 1 2")]
    [InlineData("-/node -/second", "n", "0")]
    [InlineData("here/node there/second", "", "0 1")]
    public void Endpoints_are_used_from_near_where_hints_say_so(string endpoints, string hints, string used)
    {
        var service = Web() with { Spec = Web().Spec with { SessionAffinity = "None" } };
        var slice = Slice([.. endpoints.Split(' ').Select((text, i) => At($"10.244.0.{i}", node: text.Split('/')[1]) with
        {
            Hints = new()
            {
                ForZones = hints.Contains('z') && text[0] != '-' ? [new ForZone { Name = text.Split('/')[0] }] : default,
                ForNodes = hints.Contains('n') ? [new ForNode { Name = text.Split('/')[1] }] : default,
            },
        })]);

        var world = new NetworkObjects([service], [slice], [], []);
        var translator = new NetworkTranslator(Options);
        Assert.All(translator.Translate(world with { Zone = "nowhere" }).State.Services.Single().Endpoints, one => Assert.True(hints.Contains('n') || !one.Far));
        var rules = translator.Translate(world with { Zone = "here" }).State.Services.Single();

        Assert.Equal(used.Split(' ').Select(i => $"10.244.0.{i}"), rules.Endpoints.Where(one => !one.Far).Select(one => one.Address.ToString()));
    }

    [Fact]
    public void Addresses_of_ranges_that_were_added_are_the_clusters_too()
    {
        var (state, zone) = new NetworkTranslator(Options).Translate(new NetworkObjects([], [], [], [])
        {
            ServiceRanges =
            [
                new() { Metadata = new() { Name = "kubernetes" }, Spec = new() { Cidrs = ["10.96.0.0/16"] } },
                new() { Metadata = new() { Name = "more" }, Spec = new() { Cidrs = ["172.30.0.0/20", "fd00::/112"] } },
            ],
        });

        Assert.Equal(["10.96.0.0/16", "172.30.0.0/20"], state.Node.ServiceRanges.Select(range => range.ToString()));
        Assert.Equal(["10.96.0.0/16", "172.30.0.0/20", "10.244.0.0/16"], zone.ReverseRanges.Select(range => range.ToString()));
        Assert.Contains("ip daddr 172.30.0.0/20 goto refuse", RulePlanner.Plan(state).Chains["filter-forward"].Rules);
    }

    [Fact]
    public void Of_other_nodes_none_is_named_twice_and_none_that_another_range_has_already()
    {
        var (state, _) = new NetworkTranslator(Options).Translate(new NetworkObjects([], [], [], [])
        {
            OtherNodes = [.. new[] { "10.244.1.0/24", "192.0.2.1/32", "10.244.2.0/24", "192.0.2.1/32", "10.244.3.0/24", "10.244.1.7/32" }.Select(one => IPNetwork.Parse(one))],
            NodeAddress = IPAddress.Parse("192.0.2.9"),
        });

        Assert.Equal(["10.244.1.0/24", "192.0.2.1/32", "10.244.2.0/24", "10.244.3.0/24"], state.OtherNodes.Ranges.Select(one => one.ToString()));
        Assert.Equal(IPAddress.Parse("192.0.2.9"), state.OtherNodes.Near);
    }

    [Theory]
    [InlineData("LoadBalancer", "Local", 30900, "30900: 2")]
    [InlineData("LoadBalancer", "Cluster", 30900, "")]
    [InlineData("NodePort", "Local", 30900, "")]
    [InlineData("LoadBalancer", "Local", 0, "")]
    public void A_health_port_tells_of_the_ready_endpoints_of_this_node(string type, string policy, int port, string expected)
    {
        var service = Web() with { Spec = Web().Spec with { Type = type, ExternalTrafficPolicy = policy, HealthCheckNodePort = port } };
        var slice = Slice(
            At("10.244.0.5"), At("10.244.0.6", ready: null), At("10.244.0.5"), At("10.244.0.7", ready: false, serving: true, terminating: true), At("10.244.1.6", node: "other"));

        var ports = Translate(service, slice, Slice(At("fd00::5")) with { AddressType = "IPv6" }).State.HealthPorts;

        Assert.Equal(expected, string.Join(" ", ports.Select(one => $"{one.Port}: {one.LocalEndpoints}")));
        Assert.All(ports, one => Assert.Equal(("default", "web"), (one.Namespace, one.Name)));
    }

    [Fact]
    public void A_service_becomes_rules_with_everything_that_leads_to_it()
    {
        var rules = Assert.Single(Translate(Web(), Slice(At("10.244.0.5"), At("10.244.1.6", node: "other"))).State.Services);

        Assert.Equal(("default", "web", "http", TransportProtocol.Tcp, 80, 30080), (rules.Namespace, rules.Name, rules.PortName, rules.Protocol, rules.Port, rules.NodePort));
        Assert.Equal([IPAddress.Parse("10.96.0.50")], rules.ClusterAddresses);
        Assert.Equal([IPAddress.Parse("192.0.2.10")], rules.LoadBalancerAddresses);
        Assert.Equal((TimeSpan.FromHours(3), true, false), (rules.AffinityTimeout!.Value, rules.ExternalLocalOnly, rules.InternalLocalOnly));
        Assert.Equal(
            [new EndpointInfo(IPAddress.Parse("10.244.0.5"), 8080, Local: true), new EndpointInfo(IPAddress.Parse("10.244.1.6"), 8080, Local: false)],
            rules.Endpoints);
    }

    [Fact]
    public void Endpoints_are_used_as_their_conditions_say()
    {
        var slice = Slice(
            At("10.244.0.1", ready: null), At("10.244.0.2", ready: false), At("10.244.0.3", ready: false, serving: true, terminating: true),
            At("10.244.0.4", ready: false, serving: true), At("not an address"), At("10.244.0.1"));

        Assert.Equal(
            [new EndpointInfo(IPAddress.Parse("10.244.0.1"), 8080, true), new EndpointInfo(IPAddress.Parse("10.244.0.3"), 8080, true, Terminating: true)],
            Translate(Web(), slice).State.Services[0].Endpoints);
    }

    [Theory]
    [InlineData("1 2 3 4 5", "1 5 3 4")]        // the last one takes the place of the one that went
    [InlineData("2 3", "2 3 1")]                // who comes stands last, wherever its address lies
    [InlineData("1 2 3", "1 4 3")]              // or where there is room
    [InlineData("1 2 3 4", "1 2 3/ 4", "1 2 4 3/")]     // one that ends is used no more, and has no number
    [InlineData("1 2", "1/ 2/", "1/ 2/")]       // but where nobody else is left
    public void Endpoints_that_stay_keep_their_places(string before, string now, string? order = null)
    {
        var translator = new NetworkTranslator(Options);
        Assert.Equal(before, Order(before));
        Assert.Equal(order ?? now, Order(string.Join(' ', now.Split(' ').Order(StringComparer.Ordinal))));

        string Order(string endpoints)
        {
            var slice = Slice([.. endpoints.Split(' ').Select(one => one.EndsWith('/')
                ? At($"10.244.0.{one[..^1]}", ready: false, serving: true, terminating: true)
                : At($"10.244.0.{one}"))]);
            var found = translator.Translate(new NetworkObjects([Web()], [slice], [], ["default"])).State.Services[0].Endpoints;
            return string.Join(' ', found.Select(one => $"{one.Address.GetAddressBytes()[3]}{(one.Terminating ? "/" : "")}"));
        }
    }

    [Fact]
    public void Source_ranges_are_read_leniently_but_never_opened_by_mistake()
    {
        ServicePortInfo With(params string[] ranges) =>
            Translate(Web() with { Spec = Web().Spec with { LoadBalancerSourceRanges = ranges.ToValueList() } }).State.Services[0];

        Assert.Null(With().LoadBalancerSourceRanges);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("0.0.0.0/0")], With(" 10.1.2.3/8", "192.0.2.1/0").LoadBalancerSourceRanges!.Value);
        Assert.Empty(With("2001:db8::/32", "nonsense").LoadBalancerSourceRanges!.Value);
    }

    [Fact]
    public void Headless_and_alias_services_are_names_only()
    {
        var headless = Web() with { Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = "None", ClusterIPs = ["None"] } };
        var alias = Web() with { Spec = new ServiceSpec { Type = ServiceType.ExternalName, ExternalName = "www.example.org" } };

        Assert.Empty(Translate(headless, Slice(At("10.244.0.5"))).State.Services);
        Assert.True(Translate(headless, Slice(At("10.244.0.5"))).Zone.Services[("default", "web")] is { IsHeadless: true, Endpoints.Length: 1 });
        Assert.Empty(Translate(alias).State.Services);
        Assert.Equal("www.example.org", Translate(alias).Zone.Services[("default", "web")].ExternalName);
    }

    [Fact]
    public void Only_what_changed_is_translated_again()
    {
        var translator = new NetworkTranslator(Options);
        var (web, slice) = (Web(), Slice(At("10.244.0.5")));
        var other = Web() with { Metadata = new ObjectMeta { Namespace = "default", Name = "other" } };

        var first = translator.Translate(new NetworkObjects([web, other], [slice], [], [])).State.Services;
        var second = translator.Translate(new NetworkObjects([web, other], [Slice(At("10.244.0.6"))], [], [])).State.Services;

        Assert.Same(first[0], second[0]);
        Assert.NotSame(first[1], second[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_comes_of_changes_is_as_what_is_made_anew(int seed)
    {
        var random = new Random(seed);
        var translator = new NetworkTranslator(Options);
        var services = new Dictionary<ObjectKey, Service>();
        translator.Translate(World([]));
        for (var i = 0; i < 300; i++)
        {
            var changed = new Dictionary<ObjectKey, ServiceWorld>();
            for (var changes = random.Next(40) == 0 ? 150 : random.Next(4); changes > 0; changes--)
            {
                var service = AnyService(random);
                var key = ObjectKey.Of(service);
                services.Remove(key);
                changed[key] = new(null, []);
                if (random.Next(3) > 0)
                {
                    services[key] = service;
                    changed[key] = new(service, []);
                }
            }

            var after = translator.Translate(World(services.Values) with { Changed = changed });
            var anew = new NetworkTranslator(Options).Translate(World(services.Values));
            Assert.Equal(anew.State.Services.Select(one => (one.Owner, one.PortName, one.Port, one.NodePort)), after.State.Services.Select(one => (one.Owner, one.PortName, one.Port, one.NodePort)));
            Assert.Equal(anew.State.HealthPorts.Select(one => (one.Namespace, one.Name, one.Port)), after.State.HealthPorts.Select(one => (one.Namespace, one.Name, one.Port)));
            Assert.Equal(anew.State.Warnings, after.State.Warnings);
            Assert.Equal(anew.Zone.Services.Keys.Order(), after.Zone.Services.Keys.Order());
        }

        static NetworkObjects World(IEnumerable<Service> services) => new(services, [], [], ["default"]);
    }

    [Fact]
    public void Host_ports_of_this_nodes_running_pods_are_found()
    {
        Pod Pod(string name, string node, string? address, bool hostNetwork = false) => new()
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name },
            Spec = new PodSpec
            {
                NodeName = node,
                HostNetwork = hostNetwork,
                Containers =
                [
                    new Container
                    {
                        Name = "web",
                        Ports =
                        [
                            new ContainerPort { ContainerPortValue = 80, HostPort = 8080, HostIP = "0.0.0.0" },
                            new ContainerPort { ContainerPortValue = 81, HostPort = 8081, HostIP = "127.0.0.1", Protocol = "UDP" },
                            new ContainerPort { ContainerPortValue = 82 },
                        ],
                    },
                ],
            },
            Status = new PodStatus { Phase = "Running", PodIP = address },
        };
        var pods = new[] { Pod("a", "node", "10.244.0.5"), Pod("b", "other", "10.244.1.5"), Pod("c", "node", null), Pod("d", "node", "192.0.2.10", hostNetwork: true) };

        Assert.Equal(
            [
                new HostPortInfo("default", "a", TransportProtocol.Tcp, null, 8080, IPAddress.Parse("10.244.0.5"), 80),
                new HostPortInfo("default", "a", TransportProtocol.Udp, IPAddress.Loopback, 8081, IPAddress.Parse("10.244.0.5"), 81),
            ],
            new NetworkTranslator(Options).Translate(new NetworkObjects([], [], pods, [])).State.HostPorts);
    }
}
