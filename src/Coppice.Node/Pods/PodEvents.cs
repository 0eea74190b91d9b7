using Coppice.Client;
using Coppice.Node.Admission;
using Coppice.Node.Images;
using Coppice.Node.Probes;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>The events of a pod's life, in Kubernetes' words.</summary>
/// <param name="start">Null for a pod whose start nobody measures.</param>
internal sealed class PodEvents(IEventRecorder recorder, Func<Pod> pod, PodStart? start)
{
    private const string Normal = "Normal";
    private const string Warning = "Warning";

    public void Created(PodContainer container) => Record(container, Normal, "Created", "Container created");

    public void Started(PodContainer container) => Record(container, Normal, "Started", "Container started");

    public void Failed(PodContainer container, string message) => Record(container, Warning, "Failed", $"Error: {message}");

    public void BackOff(PodContainer container)
    {
        var meta = pod().Metadata;
        Record(container, Warning, "BackOff", $"Back-off restarting failed container {container.Name} in pod {meta.Name}_{meta.Namespace}({meta.Uid})");
    }

    public void Killing(PodContainer? container, string message)
    {
        if (container is not null)
        {
            Record(container, Normal, "Killing", message);
        }
    }

    public void HookFailed(PodContainer container, bool isPostStart) =>
        Record(container, Warning, isPostStart ? "FailedPostStartHook" : "FailedPreStopHook", isPostStart ? "PostStartHook failed" : "PreStopHook failed");

    public void Image(PodContainer container, ImageEvent one)
    {
        start?.Told(container.Name, one);
        Record(container, one.Type, one.Reason, one.Message);
    }

    /// <summary>Of the pod as a whole: a volume is no one container's.</summary>
    public void VolumeImage(ImageEvent one) => recorder.Record(pod(), one.Type, one.Reason, one.Message);

    public void Unhealthy(PodContainer container, ProbeReport report) => Record(container, Warning, "Unhealthy", report.Outcome.IsError
        ? $"{report.Type} probe errored and resulted in unknown state: {report.Outcome.Message}"
        : $"{report.Type} probe failed: {report.Outcome.Message}");

    public void ProbeWarning(PodContainer container, ProbeReport report) =>
        Record(container, Warning, "ProbeWarning", $"{report.Type} probe warning: {report.Outcome.Message}");

    public void SandboxChanged() => recorder.Record(pod(), Normal, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");

    public void SandboxFailed(string message) =>
        recorder.Record(pod(), Warning, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {message}");

    public void HostResourceFailed(HostResourceException failed) => recorder.Record(pod(), Warning, failed.Reason, failed.Message);

    public void Terminating(PodTermination termination) => recorder.Record(pod(), Warning, termination.Reason, termination.Message);

    /// <param name="allocated">The pod with what is allocated to it.</param>
    public void ResizeCompleted(Pod allocated, long generation) =>
        recorder.Record(pod(), Normal, "ResizeCompleted", ResizeMessage.Of("completed", allocated, generation));

    public void ResizeFailed(Pod allocated, long generation, string message) =>
        recorder.Record(pod(), Warning, "ResizeError", ResizeMessage.Of("error", allocated, generation, message));

    private void Record(PodContainer container, string type, string reason, string message) =>
        recorder.Record(pod(), type, reason, message, container.FieldPath);
}
