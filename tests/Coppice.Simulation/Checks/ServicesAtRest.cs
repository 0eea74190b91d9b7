using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of services in a cluster that was left alone: the API's addresses and the kernel's rules are the ready pods.</summary>
internal sealed class ServicesAtRest
{
    private readonly SimulatedCluster _cluster;
    private readonly ServerView _caches;
    private readonly List<string> _missing = [];

    private ServicesAtRest(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _caches = cluster.Caches;
    }

    /// <returns>What is not so yet, in words.</returns>
    public static IReadOnlyList<string> Missing(SimulatedCluster cluster)
    {
        var rest = new ServicesAtRest(cluster);
        foreach (var service in rest._caches.Services.Items)
        {
            rest.CheckEndpoints(service);
        }

        rest.CheckLeftovers();
        rest.CheckRules();
        return rest._missing;
    }

    private void CheckEndpoints(Service service)
    {
        var key = ObjectKey.Of(service);
        var ready = Ready(service);
        var endpoints = _caches.Endpoints.Find(key);
        Expect(endpoints is not null, $"service {key} has no endpoints object");
        ExpectSame(ready, (endpoints?.Subsets ?? default).SelectMany(s => s.Addresses.SelectMany(a => s.Ports.Select(p => $"{a.Ip}:{p.Port}"))), $"endpoints {key}");
        var slices = _caches.SlicesByService.Find(key.ToString());
        ExpectSame(ready, slices.SelectMany(s => s.Endpoints.Where(e => e.Conditions.Ready != false).SelectMany(e => Targets(s, e))), $"endpoint slices of {key}");
        Expect(slices.Count <= 1, $"service {key} has {slices.Count} slices for {ready.Count} addresses");
        foreach (var endpoint in slices.SelectMany(s => s.Endpoints))
        {
            var pod = _caches.Pods.Find(new(service.Metadata.Namespace!, endpoint.TargetRef?.Name ?? ""));
            Expect(pod?.Metadata.Uid == endpoint.TargetRef?.Uid && pod?.Spec.NodeName == endpoint.NodeName, $"endpoint slices of {key}: {endpoint.TargetRef?.Name} is not the pod it was");
        }
    }

    private void CheckLeftovers()
    {
        var services = _caches.Services.Items.ToDictionary(ObjectKey.Of, s => s.Metadata.Uid);
        foreach (var endpoints in _caches.Endpoints.Items)
        {
            Expect(services.ContainsKey(ObjectKey.Of(endpoints)), $"endpoints {ObjectKey.Of(endpoints)} outlived their service");
        }

        foreach (var slice in _caches.EndpointSlices.Items)
        {
            var owner = slice.Metadata.OwnerReferences.FirstOrDefault();
            var isRight = owner is not null && services.TryGetValue(new(slice.Metadata.Namespace!, owner.Name), out var uid) && uid == owner.Uid;
            Expect(isRight, $"endpoint slice {ObjectKey.Of(slice)} is of no service");
        }
    }

    // What the kernel does with a packet to a service, read from the rules alone.
    private void CheckRules()
    {
        var fronts = _cluster.Rules.Fronts;
        var services = _caches.Services.Items;
        foreach (var service in services)
        {
            foreach (var front in FrontsOf(service))
            {
                Expect(fronts.ContainsKey(front), $"no rule for service {ObjectKey.Of(service)} at {front}");
                ExpectSame(Ready(service), fronts.GetValueOrDefault(front) ?? [], $"service rules of {ObjectKey.Of(service)} at {front}");
            }

            var balanced = service.Spec.Type == ServiceType.LoadBalancer ? _cluster.Machines.Select(m => m.Address) : [];
            ExpectSame(balanced, Ingress(service), $"load balancer of {ObjectKey.Of(service)}", "nodes");
        }

        ExpectSame(services.SelectMany(FrontsOf), fronts.Keys, "addresses of services in rules", "in the API");
        ExpectSame(services.SelectMany(Ready).Select(t => t[..t.IndexOf(':', StringComparison.Ordinal)]).Distinct(), _cluster.Rules.Addresses, "addresses in rules");
    }

    private static IEnumerable<string> FrontsOf(Service service)
    {
        var port = service.Spec.Ports[0];
        var addresses = Ingress(service).Prepend(service.Spec.ClusterIP!).Select(a => $"{a} . tcp . {port.Port}");
        return port.NodePort is > 0 ? addresses.Append($"tcp . {port.NodePort}") : addresses;
    }

    private static IEnumerable<string> Ingress(Service service) => service.Status.LoadBalancer.Ingress.Select(i => i.Ip!);

    private static IEnumerable<string> Targets(EndpointSlice slice, Endpoint endpoint) =>
        endpoint.Addresses.SelectMany(a => slice.Ports.Select(p => $"{a}:{p.Port}"));

    private IReadOnlyList<string> Ready(Service service) =>
        [.. _caches.PodsWith(service.Metadata.Namespace, service.Spec.Selector).Where(Rest.IsReady).Select(p => $"{p.Status.PodIP}:{service.Spec.Ports[0].TargetPort!.Number}")];

    private void ExpectSame(IEnumerable<string> wanted, IEnumerable<string> found, string where, string what = "ready pods")
    {
        var (one, other) = (Joined(wanted), Joined(found));
        Expect(one == other, $"{where}: [{other}], {what}: [{one}]");

        static string Joined(IEnumerable<string> addresses) => string.Join(",", addresses.Order(StringComparer.Ordinal));
    }

    private void Expect(bool isSo, string what)
    {
        if (!isSo)
        {
            _missing.Add(what);
        }
    }
}
