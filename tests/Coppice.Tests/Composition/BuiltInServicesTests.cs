using System.Net;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Networking;
using Coppice.Store.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Tests.Composition;

public sealed class BuiltInServicesTests
{
    [Fact]
    public async Task A_cluster_shows_the_ranges_that_its_services_get_their_addresses_from()
    {
        var verbs = new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        var api = new InProcessClient(verbs, "system:apiserver");
        var told = new ToldEvents();
        foreach (var range in new[] { "10.96.0.0/16", "172.30.0.0/20", "172.30.0.0/20", "10.96.0.0/16" })
        {
            await ClusterBootstrap.EnsureServiceRangeAsync(api, told, [IPNetwork.Parse(range)], TimeProvider.System, default);
        }

        Assert.Equal(
            Enumerable.Repeat("kubernetes KubernetesDefaultServiceCIDRInconsistent The default ServiceCIDR [10.96.0.0/16] does not match the controller flag configurations [172.30.0.0/20]", 2),
            told.Lines);

        // Services may still have addresses of the one before.
        foreach (var (name, range) in new[] { ("kubernetes", "10.96.0.0/16"), ("kubernetes-172-30-0-0-20", "172.30.0.0/20") })
        {
            var shown = await api.FindAsync<ServiceCIDR>(new ObjectKey("", name), default);
            Assert.Equal([range], shown!.Spec.Cidrs);
            Assert.Equal(("Ready", "True"), (shown.Status.Conditions.Single().Type, shown.Status.Conditions.Single().Status));
        }
    }

    [Fact]
    public async Task A_cluster_that_is_given_another_range_has_its_own_services_in_that()
    {
        var store = new InMemoryRevisionStore();
        Assert.Equal("10.96.0.1", await StartAsync(ClusterRanges.Default));
        Assert.Equal("172.30.0.1", await StartAsync(ClusterRanges.Default with { Services = IPNetwork.Parse("172.30.0.0/20") }));

        async Task<string?> StartAsync(ClusterRanges ranges)
        {
            var verbs = new ApiVerbs(store, new ServiceAllocationOptions([ranges.Services], PortRange.NodePorts), null, TimeProvider.System, new Random(1));
            var api = new InProcessClient(verbs, "system:apiserver");
            await ClusterBootstrap.EnsureNamespacesAsync(api, default);
            await new BuiltInServices(api, [IPAddress.Parse("192.0.2.10")], NullLogger.Instance).AddApiAsync(ranges.ApiAddress, 6443, default);
            return (await api.FindAsync<Service>(new ObjectKey("default", "kubernetes"), default))!.Spec.ClusterIP;
        }
    }

    [Fact]
    public async Task A_cluster_that_gets_a_second_family_has_it_in_its_range_and_at_its_name_server_as_long_as_it_is_there()
    {
        var (store, told) = (new InMemoryRevisionStore(), new ToldEvents());
        var (one, both) = (ClusterRanges.Default, ClusterRanges.Parse("10.96.0.0/16,fd00:96::/112", "10.244.0.0/16,fd00:244::/56"));
        foreach (var (ranges, addresses, slices) in new[]
        {
            (one, "10.96.0.10", "kube-dns=192.0.2.10"),
            (both, "10.96.0.10,fd00:96::a", "kube-dns=192.0.2.10 kube-dns-ipv6=2001:db8::10"),
            (one, "10.96.0.10", "kube-dns=192.0.2.10"),
        })
        {
            var verbs = new ApiVerbs(store, new ServiceAllocationOptions([.. ranges.AllServices], PortRange.NodePorts), null, TimeProvider.System, new Random(1));
            var api = new InProcessClient(verbs, "system:apiserver");
            await ClusterBootstrap.EnsureNamespacesAsync(api, default);
            await ClusterBootstrap.EnsureServiceRangeAsync(api, told, ranges.AllServices, TimeProvider.System, default);
            await new BuiltInServices(api, [IPAddress.Parse("192.0.2.10"), IPAddress.Parse("2001:db8::10")], NullLogger.Instance).AddDnsAsync(ranges.DnsAddresses, 5353, default);

            Assert.Equal(addresses, string.Join(',', (await api.FindAsync<Service>(new ObjectKey("kube-system", "kube-dns"), default))!.Spec.ClusterIPs));
            var found = (await api.ListAsync<EndpointSlice>(ListQuery.All, default)).Items.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal);
            Assert.Equal(slices, string.Join(' ', found.Select(slice => $"{slice.Metadata.Name}={slice.Endpoints[0].Addresses[0]}")));
        }

        // The range stays as it is where one family goes, and that is told.
        Assert.Equal(["10.96.0.0/16", "fd00:96::/112"], (await new InProcessClient(new ApiVerbs(store, ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "test").FindAsync<ServiceCIDR>(new ObjectKey("", "kubernetes"), default))!.Spec.Cidrs);
        Assert.Equal(["kubernetes KubernetesDefaultServiceCIDRInconsistent The default ServiceCIDR [10.96.0.0/16 fd00:96::/112] does not match the controller flag configurations [10.96.0.0/16]"], told.Lines);
    }

    private sealed class ToldEvents : IEventRecorder
    {
        public List<string> Lines { get; } = [];

        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) => Lines.Add($"{about.Metadata.Name} {reason} {message}");
    }
}
