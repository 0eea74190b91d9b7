using System.Net;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Network.Tests.Translation;

/// <summary>One object that cannot be in the rules is left out and named; the others never miss theirs for it.</summary>
public sealed class HostileObjectsTests
{
    private static readonly NetworkOptions Options = new() { NodeName = "node", CniConfigurationDirectory = "", CniDataDirectory = "" };

    [Fact]
    public void Whatever_is_stored_the_rules_of_good_objects_are_planned()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var world = new HostileWorld(new Random(seed)).Next();
            var (plan, zone) = Plan(Distinct(world));

            Assert.True(plan.Sets["addresses"].Elements.GetValueOrDefault($"{HostileWorld.GoodAddress} . tcp . 80") == "goto pick/1", $"seed {seed}");
            Assert.Equal("10.244.0.77 . 8080", plan.Sets["endpoints/tcp"].Elements[$"{HostileWorld.GoodAddress} . 80 . 0"]);
            Assert.Equal("goto host/good/good/tcp/any-8099", plan.Sets["ports"].Elements[$"tcp . {HostileWorld.GoodHostPort}"]);
            Assert.True(zone.Services.ContainsKey(("good", "good")), $"seed {seed}");
            Assert.DoesNotContain(plan.Warnings, warning => warning.Owner.Namespace == "good");
        }
    }

    [Theory]
    [InlineData("::")]
    [InlineData("fd00::5")]
    public void A_host_port_of_the_other_family_is_left_out_and_said_of_its_pod(string address)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "odd" },
            Spec = new PodSpec
            {
                NodeName = "node",
                Containers =
                [
                    new Container
                    {
                        Name = "web",
                        Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 8080 }, new ContainerPort { ContainerPortValue = 80, HostPort = 8081, HostIP = address }],
                    },
                ],
            },
            Status = new PodStatus { Phase = PodPhase.Running, PodIP = "10.244.0.5" },
        };

        var (plan, _) = Plan(new NetworkObjects([], [], [pod], []));

        Assert.Equal(["tcp . 8080"], plan.Sets["ports"].Elements.Keys);
        Assert.Equal(
            [new RuleWarning(new RuleOwner("Pod", "default", "odd"), "KubeProxyIncorrectIPVersion", $"{address} in spec.containers[0].ports[1].hostIP has incorrect IP version")],
            plan.Warnings);
    }

    [Fact]
    public void What_of_a_service_is_no_good_is_left_out_and_said_and_the_rest_of_it_stays()
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
            Spec = new ServiceSpec
            {
                Type = ServiceType.LoadBalancer,
                ClusterIP = "10.96.0.50",
                ExternalIPs = ["192.0.2.20", "2001:db8::1", "10.1"],
                LoadBalancerSourceRanges = ["10.0.0.0/8", "2001:db8::/32"],
                Ports = [new ServicePort { Name = "good", Port = 80 }, new ServicePort { Name = "odd", Port = 70000 }],
            },
        };

        var (plan, _) = Plan(new NetworkObjects([service], [], [], []));

        Assert.Equal(["10.96.0.50 . tcp . 80", "192.0.2.20 . tcp . 80"], plan.Sets["refused-addresses"].Elements.Keys.Order());
        Assert.Equal(
            [
                "10.1 in externalIPs is no IP address", "2001:db8:: in loadBalancerSourceRanges has incorrect IP version", "2001:db8::1 in externalIPs has incorrect IP version",
                "70000 in spec.ports[1].port is no port",
            ],
            plan.Warnings.Select(warning => warning.Message).Order(StringComparer.Ordinal));
    }

    private static (NftTable Plan, DnsZone Zone) Plan(NetworkObjects world)
    {
        var (state, zone) = new NetworkTranslator(Options).Translate(world);
        return (RulePlanner.Plan(state), zone);
    }

    /// <summary>A store has one object of a name, whatever else it has.</summary>
    internal static NetworkObjects Distinct(NetworkObjects world) => world with
    {
        Services = [.. world.Services.DistinctBy(ObjectKey.Of)],
        EndpointSlices = [.. world.EndpointSlices.DistinctBy(ObjectKey.Of)],
        Pods = [.. world.Pods.DistinctBy(ObjectKey.Of)],
    };
}
