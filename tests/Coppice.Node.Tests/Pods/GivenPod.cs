using Coppice.Node.Containers;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Node.Tests.Pods;

/// <summary>A pod's situation, described in a few words.</summary>
internal sealed class GivenPod
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<SandboxRecord> _sandboxes = [];
    private readonly List<ContainerRecord> _containers = [];
    private PodRuntimeState _runtimeState = PodRuntimeState.Empty;
    private Pod _pod;
    private int _ids;

    public GivenPod(string policy, params Container[] containers)
    {
        _pod = new Pod
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = "web", Uid = "uid-1", Generation = 1 },
            Spec = new PodSpec { RestartPolicy = policy, Containers = containers.ToValueList(), TerminationGracePeriodSeconds = 30 },
            Status = new PodStatus { Phase = PodPhase.Pending, StartTime = Noon.AddMinutes(-20) },
        };
    }

    public DateTimeOffset Now { get; set; } = Noon;

    public PodSituation Situation => new(_pod, new PodView(_sandboxes, _containers), _runtimeState, Now);

    public PodPlan Plan => PodPlanner.Plan(Situation);

    public PodStatus Status => PodStatusPlanner.Plan(Situation, Plan, ["192.168.1.10"]);

    public static Container Container(string name, Func<Container, Container>? change = null)
    {
        var container = new Container { Name = name, Image = name + ":1" };
        return change is null ? container : change(container);
    }

    public static Container Sidecar(string name) => Container(name, one => one with { RestartPolicy = RestartPolicy.Always });

    public GivenPod With(Func<Pod, Pod> change)
    {
        _pod = change(_pod);
        return this;
    }

    public GivenPod Init(params Container[] containers) => With(pod => pod with { Spec = pod.Spec with { InitContainers = containers.ToValueList() } });

    public GivenPod WithState(Func<PodRuntimeState, PodRuntimeState> change)
    {
        _runtimeState = change(_runtimeState);
        return this;
    }

    public GivenPod WithState(string container, Func<ContainerRuntimeState, ContainerRuntimeState> change) => WithState(runtime => runtime.With(container, change));

    public GivenPod Deleted(TimeSpan left) => With(pod => pod with
    {
        Metadata = pod.Metadata with { DeletionTimestamp = Now + left, DeletionGracePeriodSeconds = 30 },
    });

    public GivenPod Sandbox(SandboxState state = SandboxState.Ready)
    {
        var number = _sandboxes.Count;
        _sandboxes.Add(new SandboxRecord($"sandbox-{number}", Identity, number, state, Now.AddMinutes(-15 + number), [$"10.244.0.{number + 2}"], null));
        return this;
    }

    public GivenPod Running(string name, string? hash = null) => Record(name, ContainerRunState.Running, hash: hash);

    public GivenPod Created(string name) => Record(name, ContainerRunState.Created);

    /// <param name="ago">How long ago it ended.</param>
    public GivenPod Exited(string name, int code, TimeSpan ago, string? reason = null) => Record(name, ContainerRunState.Exited, code, ago, reason);

    /// <summary>The id of the newest container of a name.</summary>
    public string Id(string name) => Situation.View.Newest(name)!.Id;

    public GivenPod Probed(string name, Func<ProbeState, ProbeState> change) =>
        WithState(name, runtime => runtime with { Probes = change(ProbeState.For(Id(name))) });

    private static PodIdentity Identity => new("shop", "web", "uid-1");

    private GivenPod Record(string name, ContainerRunState state, int code = 0, TimeSpan ago = default, string? reason = null, string? hash = null)
    {
        var spec = PodContainer.Of(_pod.Spec).First(one => one.Name == name).Spec;
        var attempt = _containers.Count(one => one.Name == name);
        _containers.Add(new ContainerRecord(
            $"{name}-{_ids++}", _sandboxes[^1].Id, Identity, name, attempt, state, Now.AddMinutes(-10 + attempt),
            state == ContainerRunState.Created ? null : Now.AddMinutes(-10 + attempt), state == ContainerRunState.Exited ? Now - ago : null, code,
            state == ContainerRunState.Exited ? reason ?? (code == 0 ? "Completed" : "Error") : null, null, spec.Image!, "sha256:" + name,
            $"/var/log/pods/{name}/{attempt}.log", "/dev/termination-log", hash ?? ContainerSpecBuilder.Hash(spec)));
        return this;
    }
}

/// <summary>Plans as short texts, to be compared.</summary>
internal static class PlanText
{
    public static string[] Of(PodPlan plan) => [.. plan.Actions.Select(Of)];

    private static string Of(PodAction action) => action switch
    {
        PodAction.MakeSandbox one => $"make sandbox {one.Attempt}",
        PodAction.StopSandbox one => $"stop {one.Id}",
        PodAction.RemoveSandbox one => $"remove {one.Id}",
        PodAction.StartContainer one => $"start {one.Container.Name} {one.Attempt}",
        PodAction.KillContainer one => $"kill {one.Record.Name}",
        PodAction.RemoveContainer one => $"remove {one.Id}",
        PodAction.CleanUpPod => "clean up",
        PodAction.DeletePod => "delete pod",
        _ => throw new ArgumentException($"no text for {action}"),
    };
}
