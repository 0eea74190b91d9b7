using Coppice.Node.Devices;
using Coppice.Node.Devices.Cdi;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>When in the life of a pod its devices are made ready and let go of.</summary>
public sealed class PodDevicesTests : IDisposable
{
    private readonly FakeDevices _devices = new();
    private readonly TestNode _node;

    public PodDevicesTests()
    {
        _node = new() { Devices = _devices };
        _node.Start();
        _node.Create("web", spec => spec with
        {
            Containers = [new Container { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }],
            ResourceClaims = [new() { Name = "gpu", ResourceClaimName = "claim" }],
        });
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_pod_waits_for_its_devices_and_says_so()
    {
        _node.Advance(5);
        Assert.Equal(PodPhase.Pending, _node.Api.Status("web").Phase);
        Assert.Empty(_node.Held.Sandboxes);
        Assert.Contains("Warning FailedPrepareDynamicResources: Failed to prepare dynamic resources: prepare dynamic resources: DRA driver d is not registered", _node.Events.Told);

        _devices.Problem = null;
        _node.Advance(60);
        Assert.Equal(PodPhase.Running, _node.Api.Status("web").Phase);
    }

    [Fact]
    public void A_container_whose_devices_are_in_no_specification_is_not_made()
    {
        (_devices.Problem, _devices.Missing) = (null, "CDI device injection failed: unresolvable CDI devices d/gpu=0");
        _node.Advance(60);
        var waiting = _node.Main("web").State.Waiting!;
        Assert.Equal(("CreateContainerError", _devices.Missing), (waiting.Reason, waiting.Message));

        _devices.Missing = null;
        _node.Advance(60);
        Assert.True(_node.IsReady("web"));
    }

    [Fact]
    public void Devices_are_let_go_of_when_the_pod_has_ended_and_until_then_the_pod_stays()
    {
        _devices.Problem = null;
        _node.Advance(60);
        Assert.Equal(["prepare"], _devices.Calls.Distinct());

        _devices.Problem = "the driver is away";
        _node.Delete("web");
        _node.Advance(120);
        Assert.Contains("unprepare", _devices.Calls);
        Assert.DoesNotContain(_node.Held.Containers, one => one.State == ContainerRunState.Running);

        // Whoever hears that it has ended would take its devices.
        Assert.Equal(PodPhase.Running, _node.Api.Status("web").Phase);

        _devices.Problem = null;
        _node.Advance(60);
        Assert.Null(_node.Api.Pod("web"));
    }

    [Fact]
    public void The_names_of_claims_in_a_pods_status_stay_as_others_write_them()
    {
        _devices.Problem = null;
        _node.Advance(5);
        _node.Do(() => _node.Api.Change("web", pod => pod with { Status = pod.Status with { ResourceClaimStatuses = [new() { Name = "gpu", ResourceClaimName = "made-anew" }] } }, "status"));
        _node.Crash("web");
        _node.Advance(60);
        Assert.Equal(1, _node.Main("web").RestartCount);
        Assert.Equal("made-anew", Assert.Single(_node.Api.Status("web").ResourceClaimStatuses).ResourceClaimName);
    }

    private sealed class FakeDevices : IPodDevices
    {
        public string? Problem { get; set; } = "DRA driver d is not registered";

        public string? Missing { get; set; }

        public List<string> Calls { get; } = [];

        public ValueTask PrepareAsync(Pod pod, CancellationToken stop) => Do("prepare");

        public ContainerEdits EditsOf(Pod pod, Container container) => Missing is null ? ContainerEdits.None : throw new UnresolvableDevicesException(Missing);

        public ValueTask UnprepareAsync(Pod pod, CancellationToken stop) => Do("unprepare");

        private ValueTask Do(string what)
        {
            Calls.Add(what);
            return Problem is null ? ValueTask.CompletedTask : throw new DevicesNotReadyException(Problem);
        }
    }
}
