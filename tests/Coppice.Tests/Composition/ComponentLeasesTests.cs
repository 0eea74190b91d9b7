using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

/// <summary>What a cluster shows of its control plane, written with the rights that its components have.</summary>
public sealed class ComponentLeasesTests
{
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly TestApi _api;
    private readonly Told _told = new();

    public ComponentLeasesTests()
    {
        _api = new TestApi(_loop.Time);
        _api.GrantDefaultRoles();
    }

    [Fact]
    public void The_API_server_shows_that_it_lives_and_the_others_that_they_lead()
    {
        using var stop = Start(seed: 1);
        var server = Find("apiserver-7rqtwtp5m43kppjgrsfa45hnbu");
        Assert.StartsWith($"{server.Metadata.Name}_", server.Spec.HolderIdentity);
        Assert.Equal((3600, null, null), (server.Spec.LeaseDurationSeconds, server.Spec.AcquireTime, server.Spec.LeaseTransitions));
        Assert.Equal(ValueMap.Of(("apiserver.kubernetes.io/identity", "kube-apiserver"), ("kubernetes.io/hostname", "master")), server.Metadata.Labels);
        foreach (var (name, teller) in ((string, string)[])[("kube-controller-manager", "manager"), ("kube-scheduler", "scheduler")])
        {
            var lease = Find(name);
            Assert.Matches("^master_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$", lease.Spec.HolderIdentity);
            Assert.Equal((15, 0, lease.Spec.RenewTime), (lease.Spec.LeaseDurationSeconds, lease.Spec.LeaseTransitions, lease.Spec.AcquireTime));
            Assert.Contains($"{teller}: {name} Normal LeaderElection {lease.Spec.HolderIdentity} became leader", _told.Lines);
        }
    }

    [Fact]
    public void They_are_renewed_together_before_others_would_lead()
    {
        using var stop = Start(seed: 1);
        var (before, writes) = (Find("kube-scheduler"), _api.Writes);
        _loop.RunFor(TimeSpan.FromSeconds(60));
        var after = Find("kube-scheduler");
        Assert.Equal((before.Spec.HolderIdentity, before.Spec.AcquireTime, 0), (after.Spec.HolderIdentity, after.Spec.AcquireTime, after.Spec.LeaseTransitions));
        Assert.Equal(TimeSpan.FromSeconds(60), after.Spec.RenewTime!.Value.Value - before.Spec.RenewTime!.Value.Value);
        Assert.Equal(18, _api.Writes - writes);
        Assert.Equal(2, _told.Lines.Count);

        _api.Fault = (verb, _) => throw new IOException("the disk is full");
        _loop.RunFor(TimeSpan.FromSeconds(11));
        _api.Fault = (_, _) => { };
        _loop.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(_loop.Time.GetUtcNow() - Find("kube-scheduler").Spec.RenewTime!.Value.Value < TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void The_next_process_takes_them_at_once()
    {
        var first = Start(seed: 1);
        var held = Find("kube-scheduler").Spec.HolderIdentity;
        first.Cancel();
        _loop.RunUntilIdle();
        using var second = Start(seed: 2);
        var lease = Find("kube-scheduler");
        Assert.NotEqual(held, lease.Spec.HolderIdentity);
        Assert.Equal(1, lease.Spec.LeaseTransitions);
        Assert.Contains($"scheduler: kube-scheduler Normal LeaderElection {lease.Spec.HolderIdentity} became leader", _told.Lines);
        Assert.Single(_api.All<Lease>(), one => one.Metadata.Name!.StartsWith("apiserver-", StringComparison.Ordinal));
    }

    private CancellationTokenSource Start(int seed)
    {
        var stop = new CancellationTokenSource();
        var elections = new ComponentElections(
            _api, _api.As(ControlPlane.ControllerManager), _told.As("manager", _api), _api.As(ControlPlane.Scheduler), _told.As("scheduler", _api));
        var leases = ComponentLeases.Of("master", elections, _loop.Time, new Random(seed), NullLogger.Instance);
        _loop.Start(() => leases.RunAsync(stop.Token));
        _loop.RunUntilIdle();
        return stop;
    }

    private Lease Find(string name) => _api.All<Lease>().Single(one => one.Metadata.Name == name);

    private sealed class Told : IEventRecorder
    {
        public List<string> Lines { get; private init; } = [];

        private string Teller { get; init; } = "";

        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
            Lines.Add($"{Teller}: {about.Metadata.Name} {type} {reason} {message}");

        public IEventRecorder As(string component, IApiClient api) => new Told { Lines = Lines, Teller = component };
    }
}
