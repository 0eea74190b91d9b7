using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests;

public sealed class NetworkObserverTests : IDisposable
{
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedSet<string> _asked = new(StringComparer.Ordinal);
    private readonly NetworkObserver _observer;
    private readonly CacheSet _caches;
    private int _woken;

    public NetworkObserverTests()
    {
        _api.Fault = (verb, about) =>
        {
            if (verb == "list")
            {
                _asked.Add(((Kind)about).Resource);
            }
        };
        _caches = new CacheSet(_api, _loop.Time, NullLoggerFactory.Instance);
        _observer = new NetworkObserver(_caches, new NetworkOptions { NodeName = "n1", CniConfigurationDirectory = "", CniDataDirectory = "" });
        _loop.Start(() => _observer.FollowAsync(() => _woken++));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void It_watches_what_it_needs_and_nothing_else()
    {
        Run();
        Assert.Equal(["endpointslices", "namespaces", "networkpolicies", "nodes", "pods", "servicecidrs", "services"], _asked);
    }

    [Fact]
    public void Half_of_the_world_is_none()
    {
        var known = _api.Fault;
        _api.Fault = (verb, about) =>
        {
            known(verb, about);
            if (verb == "list" && about is Kind { Resource: "endpointslices" })
            {
                throw new HttpRequestException("connection refused");
            }
        };
        Run();
        Assert.Null(_observer.Observe());

        _api.Fault = known;
        _loop.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["default"], _observer.Observe()!.Namespaces);
    }

    [Fact]
    public void Of_pods_those_of_its_node_are_seen_and_only_their_host_ports_wake()
    {
        Run();
        var before = _woken;
        Create("plain", "n1", 0);
        Create("foreign", "n2", 8080);
        Assert.Equal(before, _woken);
        Create("own", "n1", 8080);
        Assert.Equal(before + 1, _woken);
        Assert.Equal(["own", "plain"], _observer.Observe()!.Pods.Select(pod => pod.Metadata.Name!));
    }

    private void Run()
    {
        _loop.Start(() => _caches.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
    }

    private void Create(string name, string node, int hostPort)
    {
        var port = new ContainerPort { ContainerPortValue = 80, Protocol = "TCP", HostPort = hostPort };
        _api.Create(new Pod
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new() { NodeName = node, Containers = [new Container { Name = "c", Image = "i", Ports = [port] }] },
        });
        _loop.RunUntilIdle();
    }
}
