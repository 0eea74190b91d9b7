using System.Text;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Objects.Storage;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class SchedulingLoopTests : IDisposable
{
    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly EventNotes _events = new();
    private readonly SettableClock _clock;
    private readonly SchedulingLoop _scheduler;

    public SchedulingLoopTests()
    {
        _clock = new SettableClock(_loop.Time);
        var caches = new SchedulerCaches(
            Cache<Pod>(), Cache<Node>(), Cache<Namespace>(), Cache<PodDisruptionBudget>(),
            new(Cache<PersistentVolumeClaim>(), Cache<PersistentVolume>(), Cache<StorageClass>(), Cache<CSINode>(), Cache<VolumeAttachment>()),
            new(Cache<Objects.Resource.ResourceClaim>(), Cache<Objects.Resource.DeviceClass>(), Cache<Objects.Resource.ResourceSlice>()),
            new(Cache<Service>(), Cache<ReplicaSet>(), Cache<StatefulSet>(), Cache<ReplicationController>()));
        _scheduler = new SchedulingLoop(_api, caches, _events, SchedulerOptions.Default, _clock, NullLogger.Instance);
        _loop.Start(() => caches.Pods.RunAsync(_stop.Token));
        _loop.Start(() => caches.Nodes.RunAsync(_stop.Token));
        _loop.Start(() => caches.Namespaces.RunAsync(_stop.Token));
        _loop.Start(() => caches.Storage.Claims.RunAsync(_stop.Token));
        _loop.Start(() => caches.Storage.Volumes.RunAsync(_stop.Token));
        _loop.Start(() => caches.Storage.Classes.RunAsync(_stop.Token));
        _loop.Start(() => caches.Storage.Nodes.RunAsync(_stop.Token));
        _loop.Start(() => caches.Storage.Attachments.RunAsync(_stop.Token));
        _loop.Start(() => caches.Devices.Claims.RunAsync(_stop.Token));
        _loop.Start(() => caches.Devices.Classes.RunAsync(_stop.Token));
        _loop.Start(() => caches.Devices.Slices.RunAsync(_stop.Token));
        _loop.Start(() => caches.Budgets.RunAsync(_stop.Token));
        _loop.Start(() => caches.Workloads.Services.RunAsync(_stop.Token));
        _loop.Start(() => caches.Workloads.ReplicaSets.RunAsync(_stop.Token));
        _loop.Start(() => caches.Workloads.StatefulSets.RunAsync(_stop.Token));
        _loop.Start(() => caches.Workloads.ReplicationControllers.RunAsync(_stop.Token));
        _loop.Start(() => _scheduler.RunAsync(_stop.Token));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void A_pod_is_bound_without_any_time_passing()
    {
        Create(Node("a"));
        Create(Pod("web"));
        var started = _loop.Time.GetUtcNow();
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
        Assert.Equal(started, _loop.Time.GetUtcNow());
        Assert.Contains("Normal Scheduled Successfully assigned default/web to a", _events.Notes);
    }

    [Fact]
    public void It_tells_how_many_tries_went_how_and_who_waits()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("large", cpu: "2"));
        Create(Pod("small"));
        _loop.RunUntilIdle();
        var text = new MetricsText();
        _scheduler.WriteTo(text);
        var figures = Encoding.UTF8.GetString(text.ToBytes().Span);
        Assert.Contains("scheduler_schedule_attempts_total{profile=\"default-scheduler\",result=\"scheduled\"} 1\n", figures);
        Assert.Matches("scheduler_schedule_attempts_total\\{profile=\"default-scheduler\",result=\"unschedulable\"\\} [1-9]", figures);
        Assert.Contains("scheduler_scheduling_attempt_duration_seconds_count{profile=\"default-scheduler\",result=\"scheduled\"} 1\n", figures);
        Assert.Contains("scheduler_pod_scheduling_sli_duration_seconds_count{attempts=\"1\"} 1\n", figures);
        Assert.Contains("scheduler_pending_pods{queue=\"active\"} 0\n", figures);
        Assert.Contains("scheduler_pending_pods{queue=\"unschedulable\"} 1\n", figures);
        Assert.Contains("scheduler_queue_incoming_pods_total{event=\"PodAdd\",queue=\"active\"} 2\n", figures);
        Assert.Contains("scheduler_preemption_attempts_total 0\n", figures);
    }

    [Fact]
    public void Pods_that_come_together_do_not_get_the_same_room()
    {
        Create(Node("a"));
        Create(Node("b"));
        Create(Pod("one", cpu: "3"));
        Create(Pod("two", cpu: "3"));
        _loop.RunUntilIdle();
        Assert.Equal(["a", "b"], new[] { NodeOfPod("one"), NodeOfPod("two") }.Order());
    }

    [Fact]
    public void A_pod_that_fits_nowhere_says_why_and_goes_as_soon_as_it_fits()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "2"));
        _loop.RunUntilIdle();
        var condition = Assert.Single(FindPod("web").Status.Conditions);
        const string Message = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
        Assert.Equal(("PodScheduled", "False", "Unschedulable", Message), (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Equal([$"Warning FailedScheduling {Message}"], _events.Notes);

        Create(Node("b"));
        _loop.RunUntilIdle();
        Assert.Equal("b", NodeOfPod("web"));
    }

    [Fact]
    public void Room_that_a_deleted_pod_leaves_is_taken_at_once()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("old", cpu: "1"));
        _loop.RunUntilIdle();
        Create(Pod("new", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        _loop.Await(() => _api.DeleteAsync<Pod>(new("default", "old"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void Room_that_a_shrinking_pod_leaves_is_taken_once_it_is_left()
    {
        Create(Node("a", cpu: "2"));
        var old = Create(Resized("old", "2", given: "2", on: "a"));
        Create(Pod("new", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        old = Resize(old, "1");
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));

        _loop.Await(() => _api.UpdateStatusAsync(old with { Status = Resized("old", "1", given: "1", on: "a").Status }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void Room_that_a_growing_pod_asks_for_is_given_to_nobody_else()
    {
        Create(Node("a", cpu: "2"));
        var old = Create(Resized("old", "1", given: "1", on: "a"));
        _loop.RunUntilIdle();
        Resize(old, "2");
        Create(Pod("new", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("new"));
    }

    [Fact]
    public void A_finished_pod_takes_no_room()
    {
        Create(Node("a", cpu: "1"));
        Create(Pod("job", cpu: "1", on: "a") with { Status = new() { Phase = PodPhase.Succeeded } });
        Create(Pod("new", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("new"));
    }

    [Fact]
    public void An_uncordoned_node_is_used_at_once()
    {
        var node = Create(Node("a") with { Spec = new() { Unschedulable = true } });
        Create(Pod("web"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));

        _loop.Await(() => _api.UpdateAsync(node with { Spec = new() }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void A_heartbeat_does_not_wake_a_pod_that_it_cannot_help()
    {
        var node = Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "2"));
        _loop.RunUntilIdle();
        _loop.Await(() => _api.UpdateStatusAsync(node with { Status = node.Status with { Phase = "Running" } }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Single(_events.Notes);
    }

    [Fact]
    public void Higher_priority_goes_first()
    {
        Create(Pod("low", cpu: "1"));
        Create(Pod("high", cpu: "1").With(s => s with { PriorityClassName = "system-cluster-critical" }));
        _loop.RunUntilIdle();
        Create(Node("a", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Equal((null, "a"), (NodeOfPod("low"), NodeOfPod("high")));
    }

    [Fact]
    public void A_binding_that_fails_is_tried_again_after_a_pause_and_gives_its_room_back()
    {
        FailBindings(2);
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("web"));
        Assert.True(_loop.RunUntil(() => NodeOfPod("web") == "a", TimeSpan.FromSeconds(3.1)));
        Assert.Equal(TimeSpan.FromSeconds(3), _loop.Time.GetUtcNow() - new ManualTimeProvider().GetUtcNow());
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_lengthen_the_pause_after_a_failure()
    {
        FailBindings(1);
        Create(Node("a", cpu: "1"));
        Create(Pod("web", cpu: "1"));
        _loop.RunUntilIdle();
        _clock.Ahead = TimeSpan.FromHours(-1);
        Assert.True(_loop.RunUntil(() => NodeOfPod("web") == "a", TimeSpan.FromSeconds(1.1)));
    }

    [Fact]
    public void Pods_of_other_schedulers_gated_pods_and_leaving_pods_are_left_alone()
    {
        Create(Pod("other").With(s => s with { SchedulerName = "mine" }));
        Create(Pod("gated").With(s => s with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] }));
        var leaving = Pod("leaving");
        Create(leaving with { Metadata = leaving.Metadata with { Finalizers = ["example.com/wait"] } });
        _loop.Await(() => _api.DeleteAsync<Pod>(new("default", "leaving"), null, default).AsTask());
        var before = _events.Notes.Count;
        Create(Node("a"));
        _loop.RunUntilIdle();
        Assert.All(_api.All<Pod>(), p => Assert.Null(p.Spec.NodeName));
        Assert.Equal(before, _events.Notes.Count);
    }

    [Fact]
    public void A_pod_whose_gates_are_lifted_is_scheduled()
    {
        Create(Node("a"));
        var gated = Create(Pod("web").With(s => s with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] }));
        _loop.RunUntilIdle();
        _loop.Await(() => _api.UpdateAsync(gated.With(s => s with { SchedulingGates = [] }), default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void A_more_important_pod_gets_the_place_of_another_as_soon_as_that_is_gone()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "2"));
        _loop.RunUntilIdle();
        Create(Critical("major"));
        _loop.RunUntilIdle();

        // It goes with its grace, and knows why; meanwhile nobody else gets the place.
        var victim = FindPod("minor");
        var condition = victim.Status.Conditions.Single(one => one.Type == "DisruptionTarget");
        Assert.Equal(
            ("True", "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"),
            (condition.Status, condition.Reason, condition.Message));
        Assert.NotNull(victim.Metadata.DeletionTimestamp);
        Assert.Contains($"Normal Preempted Preempted by pod {FindPod("major").Metadata.Uid} on node a", _events.Notes);
        Assert.Contains("Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.", _events.Notes);
        Assert.Equal((null, "a"), (NodeOfPod("major"), FindPod("major").Status.NominatedNodeName));
        Create(Pod("late", "1"));
        _loop.RunUntilIdle();

        _loop.Await(() => _api.DeleteAsync<Pod>(new("default", "minor"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal(("a", null, null), (NodeOfPod("major"), FindPod("major").Status.NominatedNodeName, NodeOfPod("late")));
    }

    [Fact]
    public void Who_lacks_more_than_was_left_is_not_tried_in_vain()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("one", "1"));
        Create(Pod("two", "1"));
        _loop.RunUntilIdle();
        Create(Pod("large", "2"));
        _loop.RunUntilIdle();
        var before = _events.Notes.Count;
        _loop.Await(() => _api.DeleteAsync<Pod>(new("default", "one"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal(before, _events.Notes.Count);

        _loop.Await(() => _api.DeleteAsync<Pod>(new("default", "two"), new() { GracePeriodSeconds = 0 }, default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("large"));
    }

    [Fact]
    public void A_budget_sends_a_more_important_pod_where_nothing_is_broken()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("kept", "2", labels: ("app", "kept")));
        _loop.RunUntilIdle();
        Create(Node("b", cpu: "2"));
        Create(Pod("free", "2").With(spec => spec with { PriorityClassName = "system-cluster-critical" }));
        Create(new PodDisruptionBudget { Metadata = new() { Namespace = "default", Name = "keep" }, Spec = new() { Selector = new() { MatchLabels = ValueMap.Of(("app", "kept")) } } });
        _loop.RunUntilIdle();
        Create(Critical("major"));
        _loop.RunUntilIdle();
        Assert.Equal("free", Assert.Single(_api.All<Pod>(), pod => pod.Metadata.DeletionTimestamp is not null).Metadata.Name);
    }

    [Fact]
    public void Who_waits_for_a_place_that_is_being_freed_ends_nobody_else()
    {
        Create(Node("a", cpu: "2"));
        Create(Node("b", cpu: "2"));
        Create(Pod("one", "2"));
        Create(Pod("two", "2"));
        _loop.RunUntilIdle();
        Create(Critical("major"));
        _loop.RunUntilIdle();
        Create(Node("c", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Single(_api.All<Pod>(), pod => pod.Metadata.DeletionTimestamp is not null);
        Assert.Contains(_events.Notes, note => note.EndsWith("preemption: not eligible due to a terminating pod on the nominated node.", StringComparison.Ordinal));
    }

    [Fact]
    public void Room_that_could_not_be_made_is_made_later()
    {
        Create(Node("a", cpu: "2"));
        Create(Pod("minor", "2"));
        _loop.RunUntilIdle();
        var times = 2;
        _api.Fault = (verb, _) =>
        {
            if (verb == "delete" && times-- > 0)
            {
                throw new IOException("the connection was reset");
            }
        };
        Create(Critical("major"));
        _loop.RunFor(TimeSpan.FromSeconds(20));
        Assert.NotNull(FindPod("minor").Metadata.DeletionTimestamp);
    }

    [Fact]
    public void A_pod_gets_its_node_when_the_claim_that_waited_for_it_is_bound_there()
    {
        var claim = ClaimThatWaitsForItsPod();
        Assert.Null(NodeOfPod("web"));
        Assert.Empty(_events.Notes);

        // The node is kept for it meanwhile.
        Create(Pod("other", cpu: "1"));
        _loop.RunUntilIdle();
        Assert.Null(NodeOfPod("other"));

        Create(new PersistentVolume
        {
            Metadata = new() { Name = "v" },
            Spec = new()
            {
                AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
                Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
                HostPath = new() { Path = "/a" },
                ClaimRef = VolumeBinding.ReferenceTo(claim),
            },
        });
        _loop.Await(() => _api.UpdateAsync(
            claim with
            {
                Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.With(VolumeBinding.Completed, "yes") },
                Spec = claim.Spec with { VolumeName = "v" },
            },
            default).AsTask());
        _loop.RunUntilIdle();
        Assert.Equal("a", NodeOfPod("web"));
    }

    [Fact]
    public void A_pod_whose_volume_could_not_be_made_begins_anew()
    {
        var claim = ClaimThatWaitsForItsPod();

        _loop.Await(() => _api.UpdateAsync(claim with { Metadata = claim.Metadata with { Annotations = claim.Metadata.Annotations.Without(VolumeBinding.SelectedNode) } }, default).AsTask());
        Create(Node("b", cpu: "4", memory: "80Gi"));
        _loop.RunUntilIdle();
        Assert.Contains("Warning FailedScheduling running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"data\"", _events.Notes);
        Assert.DoesNotContain(VolumeBinding.SelectedNode, Assert.Single(_api.All<PersistentVolumeClaim>()).Metadata.Annotations.Keys);

        // Not before its pause is over; then where it is best.
        _loop.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("b", Assert.Single(_api.All<PersistentVolumeClaim>()).Metadata.Annotations[VolumeBinding.SelectedNode]);
    }

    [Fact]
    public void A_pod_whose_claim_is_not_bound_in_time_is_told_and_tried_again()
    {
        Create(Node("a", cpu: "1"));
        Create(Late);
        Create(Claim("data"));
        Create(Pod("web", cpu: "1").With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } }] }));
        _loop.RunUntilIdle();
        const string Over = "Warning FailedScheduling running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded";
        _loop.RunFor(TimeSpan.FromMinutes(9));
        Assert.DoesNotContain(Over, _events.Notes);

        // Meanwhile nobody else gets its room; when it was given up, it begins anew, and the claim still names the node.
        _loop.RunFor(TimeSpan.FromMinutes(2));
        Assert.Single(_events.Notes, Over);
        _loop.RunFor(TimeSpan.FromMinutes(11));
        Assert.Equal(2, _events.Notes.Count(note => note == Over));
        Assert.Equal("a", Assert.Single(_api.All<PersistentVolumeClaim>()).Metadata.Annotations[VolumeBinding.SelectedNode]);
    }

    [Fact]
    public void Pods_that_wait_for_their_volumes_spread_as_if_they_were_there()
    {
        string[] nodes = ["a", "b", "c"];
        foreach (var node in nodes)
        {
            Create(Node(node));
        }

        // There is less room on one of them than on the others, which counts for less than that it has none of these pods.
        Create(Pod("busy", cpu: "1", on: "a"));
        Create(Late);
        var selector = ValueMap.Of(("app", "db"));
        var set = Create(new StatefulSet
        {
            Metadata = new() { Namespace = "default", Name = "db" },
            Spec = new()
            {
                Selector = new() { MatchLabels = selector },
                ServiceName = "db",
                Template = new() { Metadata = new() { Labels = selector }, Spec = Pod("db").Spec },
            },
        });
        foreach (var name in (string[])["db-0", "db-1", "db-2"])
        {
            Create(Claim(name));
            var pod = Pod(name, labels: ("app", "db")).With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = name } }] });
            Create(pod with { Metadata = pod.Metadata with { OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "db", Uid = set.Metadata.Uid!, Controller = true }] } });
        }

        _loop.RunUntilIdle();
        Assert.Equal(nodes, _api.All<PersistentVolumeClaim>().Select(claim => claim.Metadata.Annotations[VolumeBinding.SelectedNode]).Order());
    }

    /// <summary>Its volumes are made where their pods go.</summary>
    private static StorageClass Late => new() { Metadata = new() { Name = "late" }, Provisioner = "example.com/disks", VolumeBindingMode = VolumeBindingMode.WaitForFirstConsumer };

    private static PersistentVolumeClaim Claim(string name) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new()
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
            StorageClassName = Late.Metadata.Name,
        },
    };

    private static Pod Critical(string name) => Pod(name, "2").With(spec => spec with { PriorityClassName = "system-node-critical" });

    private T Create<T>(T item) where T : KubernetesObject => _loop.Await(() => Task.FromResult(_api.Create(item)));

    private Pod Resize(Pod pod, string cpu)
    {
        var wanted = pod.With(spec => spec with { Containers = spec.Containers.ConvertAll(one => one with { Resources = Requests(cpu) }) });
        return (Pod)_loop.Await(() => _api.WriteAsync(BuiltInKinds.Of<Pod>(), new ObjectWrite.Update(wanted, "resize"), default).AsTask());
    }

    private Pod FindPod(string name) => _api.All<Pod>().Single(p => p.Metadata.Name == name);

    private string? NodeOfPod(string name) => FindPod(name).Spec.NodeName;

    private void FailBindings(int times) => _api.Fault = (verb, _) =>
    {
        if (verb == "bind" && times-- > 0)
        {
            throw new IOException("the connection was reset");
        }
    };

    private ObjectCache<T> Cache<T>() where T : KubernetesObject => new(_api, ListQuery.All, _loop.Time, NullLogger.Instance);

    /// <summary>The claim of the pod web, whose node a is chosen while its volume is still to be made.</summary>
    private PersistentVolumeClaim ClaimThatWaitsForItsPod()
    {
        Create(Node("a", cpu: "1"));
        Create(Late);
        Create(Claim("data"));
        Create(Pod("web", cpu: "1").With(spec => spec with { Volumes = [new Volume { Name = "data", PersistentVolumeClaim = new() { ClaimName = "data" } }] }));
        _loop.RunUntilIdle();
        var claim = Assert.Single(_api.All<PersistentVolumeClaim>());
        Assert.Equal("a", claim.Metadata.Annotations[VolumeBinding.SelectedNode]);
        return claim;
    }

    private sealed class EventNotes : IEventRecorder
    {
        public List<string> Notes { get; } = [];

        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
            Notes.Add($"{type} {reason} {message}");
    }
}
