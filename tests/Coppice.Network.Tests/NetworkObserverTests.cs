using Coppice.Client;
using Coppice.Network.Translation;
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

    [Fact]
    public void A_node_that_comes_while_another_is_looked_at_is_seen()
    {
        Run();
        NetworkObjects? seen = null;
        var looks = 0;
        using var isOver = new CancellationTokenSource();
        var looking = new Thread(() =>
        {
            while (!isOver.IsCancellationRequested)
            {
                Volatile.Write(ref seen, _observer.Observe());
                Interlocked.Increment(ref looks);
            }
        });
        looking.IsBackground = true;
        looking.Start();
        for (var i = 0; i < 250; i++)
        {
            Create($"n{i + 2}", i);
            // The first of the next two may have begun before.
            var before = Volatile.Read(ref looks);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref looks) >= before + 2, TimeSpan.FromSeconds(30)));
            Assert.Equal(2 * (i + 1), Volatile.Read(ref seen)!.OtherNodes.Count);
        }

        isOver.Cancel();
        looking.Join();
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

    private void Create(string name, int number)
    {
        var node = (Objects.Core.Node)_api.Create(new Objects.Core.Node { Metadata = new() { Name = name }, Spec = new() { PodCIDR = $"10.244.{number}.0/24" } });
        _loop.Await(() => _api.UpdateStatusAsync(node with { Status = node.Status with { Addresses = [new() { Type = "InternalIP", Address = $"192.0.2.{number + 1}" }] } }, default).AsTask());
        _loop.RunUntilIdle();
    }
}
