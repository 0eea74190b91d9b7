using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>All that the plans for a pod are made from.</summary>
/// <param name="Pod">As desired, with the status that the API has.</param>
/// <param name="View">What the runtime holds of it.</param>
/// <param name="RuntimeState">What the worker remembers.</param>
/// <param name="Now">By the steady clock, which pauses and deadlines are kept by.</param>
public sealed record PodSituation(Pod Pod, PodView View, PodRuntimeState RuntimeState, DateTimeOffset Now)
{
    /// <summary>The same moment by the wall clock, which can be set; what the API and the runtime have dated is dated by it.</summary>
    public DateTimeOffset Dated { get; init; } = Now;

    private IReadOnlyList<PodContainer>? _containers;

    public IReadOnlyList<PodContainer> Containers => _containers ??= PodContainer.Of(Pod.Spec);

    /// <summary>Init containers and sidecars, in their order.</summary>
    public IEnumerable<PodContainer> InitContainers => Containers.Where(one => one.Role is ContainerRole.Init or ContainerRole.Sidecar);

    public IEnumerable<PodContainer> MainContainers => Containers.Where(one => one.Role == ContainerRole.Main);

    /// <summary>The pod is on its way out of the API, or out already.</summary>
    public bool IsDeleted => RuntimeState.IsGone || Pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The API says that the pod has ended; that is never taken back.</summary>
    public bool HasEnded => Pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;

    /// <summary>Drivers may still hold devices for it.</summary>
    public bool HoldsDevices => DeviceClaims.HasAny(Pod) && RuntimeState.Devices != CleanUp.Done;

    /// <summary>When activeDeadlineSeconds are over; null where there is no such limit.</summary>
    public DateTimeOffset? ActiveUntil =>
        Pod.Spec.ActiveDeadlineSeconds is { } seconds && Pod.Status.StartTime is { } start ? OnSteadyClock(start).After(Spans.Seconds(seconds)) : null;

    /// <summary>A moment that the API or the runtime has dated, by the steady clock.</summary>
    public DateTimeOffset OnSteadyClock(DateTimeOffset dated) => Now.After(dated - Dated);

    public TimeSpan Grace => Spans.Seconds(Pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds);

    /// <summary>The sandbox if containers can be started in it.</summary>
    public SandboxRecord? UsableSandbox =>
        View.Sandbox is { State: SandboxState.Ready } sandbox && (Pod.Spec.HostNetwork || sandbox.Addresses.Count > 0) ? sandbox : null;

    /// <summary>The newest container of a name in the sandbox of now: those of earlier sandboxes count only as history.</summary>
    public ContainerRecord? Current(string name) =>
        View.Sandbox is { } sandbox ? View.Of(name).FirstOrDefault(one => one.SandboxId == sandbox.Id) : null;

    /// <summary>What the probes said of a container, if they mean this one.</summary>
    public ProbeState Probes(ContainerRecord record) =>
        RuntimeState.Of(record.Name).Probes is var probes && probes.ContainerId == record.Id ? probes : ProbeState.None;

    /// <summary>A container without a startup probe has started when it runs.</summary>
    public bool HasStarted(PodContainer container, ContainerRecord record) =>
        record.State == Runtime.ContainerRunState.Running && (container.Spec.StartupProbe is null || Probes(record).IsStarted);

    private const long DefaultGraceSeconds = 30;
}
