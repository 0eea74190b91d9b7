using System.Net;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Networking;
using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Admission;

public sealed class ServiceAllocationTests
{
    private const int Seed = 9173;

    // Small, so that most of it is taken at most times.
    private static readonly ServiceAllocationOptions Narrow = new([IPNetwork.Parse("10.96.0.0/24")], new PortRange(30000, 30059));

    private readonly InMemoryRevisionStore _store = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_and_a_port_have_one_service_at_a_time_and_are_free_with_its_end()
    {
        var api = await NewApiAsync();
        await api.CreateAsync(Make("a", "10.96.0.77", 30001), Stop);
        var refusal = await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Make("b", "10.96.0.77", 30001), Stop).AsTask());
        Assert.Contains("failed to allocate IP 10.96.0.77: provided IP is already allocated", refusal.Message);
        Assert.Contains("spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated", refusal.Message);
        await api.DeleteAsync<Service>(new("default", "a"), null, Stop);
        await api.CreateAsync(Make("b", "10.96.0.77", 30001), Stop);
    }

    [Fact]
    public async Task What_is_taken_is_known_after_a_restart_and_after_history_was_forgotten()
    {
        await (await NewApiAsync()).CreateAsync(Make("a", "10.96.0.77", 30001), Stop);
        var again = await NewApiAsync();
        await RefusedAsync(again, "b", "10.96.0.77");
        await again.CreateAsync(Make("c", "10.96.0.78", 30002), Stop);
        await again.DeleteAsync<Service>(new("default", "a"), null, Stop);
        await _store.CompactAsync(_store.Current, Stop);
        await RefusedAsync(again, "b", "10.96.0.78");
        await again.CreateAsync(Make("b", "10.96.0.77", 30001), Stop);
    }

    [Fact]
    public async Task Whatever_many_do_at_once_no_two_services_share_anything()
    {
        var api = await NewApiAsync();
        var random = new Random(Seed);
        for (var round = 0; round < 30; round++)
        {
            var seed = random.Next();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => DoSomethingAsync(api, worker, new Random(seed + worker)), Stop)));
            var services = (await api.ListAsync<Service>(ListQuery.All, Stop)).Items;
            var claims = services.SelectMany(ServiceClaims.Of).ToList();
            Assert.True(claims.Count == claims.Distinct().Count(), $"round {round} of seed {Seed}: {string.Join(", ", claims.Order(StringComparer.Ordinal))}");
        }
    }

    [Fact]
    public async Task A_port_of_the_nodes_is_one_services_for_all_protocols_and_shared_within_it_as_in_Kubernetes()
    {
        var api = await NewApiAsync();
        ServicePort tcp = new() { Name = "tcp", Port = 53 }, udp = new() { Name = "udp", Port = 53, Protocol = "UDP" };

        // New, and alike but for the protocol: one for both, given or asked for.
        var names = (await api.CreateAsync(Of("names", tcp, udp), Stop)).Spec.Ports;
        Assert.Equal(names[0].NodePort, names[1].NodePort);
        var asked = await api.CreateAsync(Of("asked", tcp, udp with { NodePort = 30007 }, tcp with { Name = "more", Port = 54 }), Stop);
        Assert.Equal((30007, 30007), (asked.Spec.Ports[0].NodePort, asked.Spec.Ports[1].NodePort));
        Assert.NotEqual(30007, asked.Spec.Ports[2].NodePort);

        // Another service, and another port of a new one, have another, whatever the protocol.
        await IsRefusedAsync(0, Of("other", udp with { Port = 99, NodePort = 30007 }));
        await IsRefusedAsync(1, Of("two", tcp with { NodePort = 30008 }, udp with { Port = 99, NodePort = 30008 }));

        // A change may share what the service has.
        var changed = await api.UpdateAsync(asked with { Spec = asked.Spec with { Ports = [tcp with { NodePort = 30007 }, udp with { Port = 99, NodePort = 30007 }] } }, Stop);
        Assert.All(changed.Spec.Ports, port => Assert.Equal(30007, port.NodePort));

        async Task IsRefusedAsync(int index, Service service)
        {
            var refusal = await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(service, Stop).AsTask());
            Assert.Contains($"spec.ports[{index}].nodePort: Invalid value: {service.Spec.Ports[index].NodePort}: provided port is already allocated", refusal.Message);
        }

        static Service Of(string name, params ServicePort[] ports) =>
            new() { Metadata = new() { Namespace = "default", Name = name }, Spec = new() { Type = ServiceType.NodePort, Ports = [.. ports] } };
    }

    [Fact]
    public async Task A_range_that_was_full_has_room_again_when_services_go()
    {
        var api = await NewApiAsync();
        for (var i = 0; i < 60; i++)
        {
            await api.CreateAsync(Make($"s-{i}", null, 0), Stop);
        }

        var full = await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Make("more", null, 0), Stop).AsTask());
        Assert.Contains("range is full", full.Message);
        await api.DeleteAsync<Service>(new("default", "s-7"), null, Stop);
        await api.CreateAsync(Make("more", null, 0), Stop);
    }

    [Fact]
    public async Task When_the_clusters_own_range_is_full_other_ready_ranges_are_given_out()
    {
        var verbs = new ApiVerbs(_store, new([IPNetwork.Parse("10.96.0.0/29")], PortRange.NodePorts), null, TimeProvider.System, new Random(Seed));
        var api = new InProcessClient(verbs, "test");
        await api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        foreach (var (name, range, isReady) in new[] { ("later", "10.201.0.0/29", false), ("more", "10.200.0.0/29", true), ("newer", "2001:db8::/64", true) })
        {
            await api.CreateAsync(
                new ServiceCIDR { Metadata = new() { Name = name }, Spec = new() { Cidrs = [range] }, Status = new ServiceCIDRStatus().WithReady(isReady, "", "", DateTimeOffset.UnixEpoch) },
                Stop);
        }

        var given = new List<string>();
        for (var at = 0; at < 10; at++)
        {
            given.Add((await api.CreateAsync(Make($"s-{at}", null, 0), Stop)).Spec.ClusterIP!);
        }

        Assert.Equal(5, given.Count(address => address.StartsWith("10.96.0.", StringComparison.Ordinal)));
        Assert.Equal(5, given.Distinct().Count(address => address.StartsWith("10.200.0.", StringComparison.Ordinal)));
        Assert.Contains("range is full", (await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Make("one-more", null, 0), Stop).AsTask())).Message);
    }

    [Fact]
    public async Task A_balancer_that_must_ask_each_node_gets_a_port_for_it_which_stays_and_ends_with_the_need()
    {
        var api = await NewApiAsync();
        var made = await api.CreateAsync(Balanced("a", 0), Stop);
        Assert.InRange(made.Spec.HealthCheckNodePort, 30000, 30059);
        Assert.NotEqual(made.Spec.Ports[0].NodePort, made.Spec.HealthCheckNodePort);

        // It is the service's: nobody else gets it, an update that does not name it keeps it, and none changes it.
        var taken = await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Balanced("b", made.Spec.HealthCheckNodePort), Stop).AsTask());
        Assert.Equal((500, true), (taken.Status.Code, taken.Message.Contains($"failed to allocate requested HealthCheck NodePort {made.Spec.HealthCheckNodePort}: provided port is already allocated")));
        Assert.Equal(made.Spec, (await api.UpdateAsync(made with { Spec = made.Spec with { HealthCheckNodePort = 0 } }, Stop)).Spec);
        var changed = await Assert.ThrowsAnyAsync<ApiException>(() => api.UpdateAsync(made with { Metadata = made.Metadata with { ResourceVersion = null }, Spec = made.Spec with { HealthCheckNodePort = 30001 } }, Stop).AsTask());
        Assert.Contains("spec.healthCheckNodePort: Invalid value: 30001: cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update", changed.Message);

        var now = (await api.FindAsync<Service>(new("default", "a"), Stop))!;
        Assert.Equal(0, (await api.UpdateAsync(now with { Spec = now.Spec with { ExternalTrafficPolicy = "Cluster" } }, Stop)).Spec.HealthCheckNodePort);
        Assert.Equal(made.Spec.HealthCheckNodePort, (await api.CreateAsync(Balanced("b", made.Spec.HealthCheckNodePort), Stop)).Spec.HealthCheckNodePort);
        Assert.Contains("is not in the valid range", (await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Balanced("c", 80), Stop).AsTask())).Message);
    }

    private static Service Balanced(string name, int healthPort) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Type = ServiceType.LoadBalancer, ExternalTrafficPolicy = "Local", HealthCheckNodePort = healthPort, Ports = [new ServicePort { Port = 80 }] },
    };

    private static async Task DoSomethingAsync(InProcessClient api, int worker, Random random)
    {
        var name = $"s-{worker}-{random.Next(4)}";
        try
        {
            switch (random.Next(3))
            {
                case 0:
                    await api.DeleteAsync<Service>(new("default", name), null, Stop);
                    break;
                case 1 when await api.FindAsync<Service>(new("default", name), Stop) is { } there:
                    await api.UpdateAsync(there with { Spec = there.Spec with { Type = there.Spec.Type == ServiceType.NodePort ? ServiceType.LoadBalancer : ServiceType.NodePort } }, Stop);
                    break;
                default:
                    await api.CreateAsync(Make(name, random.Next(2) == 0 ? null : $"10.96.0.{20 + random.Next(5)}", random.Next(2) == 0 ? 0 : 30000 + random.Next(5)), Stop);
                    break;
            }
        }
        catch (ApiException)
        {
            // Taken, gone, there already: any of it may be.
        }
    }

    private static async Task RefusedAsync(InProcessClient api, string name, string address)
    {
        var refusal = await Assert.ThrowsAnyAsync<ApiException>(() => api.CreateAsync(Make(name, address, 0), Stop).AsTask());
        Assert.Contains("provided IP is already allocated", refusal.Message);
    }

    private static Service Make(string name, string? address, int nodePort) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Type = ServiceType.NodePort, ClusterIP = address, Ports = [new ServicePort { Port = 80, NodePort = nodePort }] },
    };

    /// <summary>A server on the store: each call is a restart.</summary>
    private async Task<InProcessClient> NewApiAsync()
    {
        var api = new InProcessClient(new ApiVerbs(_store, Narrow, null, TimeProvider.System, new Random(Seed)), "test");
        if (await api.FindAsync<Namespace>(new("", "default"), Stop) is null)
        {
            await api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "default" } }, Stop);
        }

        return api;
    }
}
