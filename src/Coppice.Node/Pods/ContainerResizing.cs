using System.Globalization;
using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Gives running containers what they ask for now, and tells the worker.</summary>
internal sealed class ContainerResizing(PodServices services, NodeEnvironment node, PodMailbox mailbox, PodEvents events, CancellationToken stop)
{
    private const string Error = "Error";

    /// <param name="pod">With what is allocated to it.</param>
    /// <param name="generation">The pod's, for which it was allocated.</param>
    public async Task ResizeAsync(Pod pod, PodAction.Resize resize, long generation, FailedAttempt? before)
    {
        FailedAttempt? failure = null;
        try
        {
            RefuseWhatWouldKill(pod, resize);
            await MakeRoomAsync(pod);
            foreach (var (record, container) in resize.Containers)
            {
                await services.Runtime.UpdateContainerAsync(record.Id, ContainerLimits.Of(pod, container.Spec, node.MemoryCapacityBytes), stop);
            }

            await services.HostResources.PrepareSandboxAsync(pod, stop);
        }
        catch (Exception failed) when (failed is RuntimeException or HostResourceException)
        {
            PodLog.Failed(services.Log, ObjectKey.Of(pod), "giving its containers what they ask for", failed);
            failure = FailureBackOff.After(before, Error, failed.Message, services.Steady);
            if (before?.Message != failed.Message)
            {
                events.ResizeFailed(pod, generation, failed.Message);
            }
        }
        finally
        {
            mailbox.Post(state => Resized(state, pod, resize, failure));
        }
    }

    /// <summary>
    /// Less memory than is in use is not given: the kernel would end processes for it. What is in use may become less: it is tried again.
    /// The messages are the kubelet's.
    /// </summary>
    private void RefuseWhatWouldKill(Pod pod, PodAction.Resize resize)
    {
        var refused = new List<string>();
        if (ContainerLimits.OfPod(pod).MemoryBytes is { } whole && services.HostResources.MemoryInUse(pod, null) is { } all && all > whole)
        {
            refused.Add(string.Create(CultureInfo.InvariantCulture, $"attempting to set pod memory limit ({whole}) below current usage ({all})"));
        }

        foreach (var (record, container) in resize.Containers)
        {
            var limit = ContainerLimits.Of(pod, container.Spec, node.MemoryCapacityBytes).MemoryLimitBytes;
            if (limit > 0 && services.HostResources.MemoryInUse(pod, record) is { } used && used > limit)
            {
                refused.Add(string.Create(CultureInfo.InvariantCulture, $"attempting to set container \"{container.Name}\" memory limit ({limit}) below current usage ({used})"));
            }
        }

        if (refused.Count > 0)
        {
            throw new RuntimeException(refused.Count == 1 ? refused[0] : $"[{string.Join(", ", refused)}]");
        }
    }

    /// <summary>
    /// The whole may never have less than its parts: what grows is given to the pod first. What shrinks is refused here by some
    /// kernels while the containers still have more, and is done when they have less.
    /// </summary>
    private async ValueTask MakeRoomAsync(Pod pod)
    {
        try
        {
            await services.HostResources.PrepareSandboxAsync(pod, stop);
        }
        catch (HostResourceException)
        {
            // Said, if it lasts, by the try that follows the containers.
        }
    }

    private static PodWorkerState Resized(PodWorkerState state, Pod pod, PodAction.Resize resize, FailedAttempt? failure)
    {
        foreach (var (record, container) in failure is null ? resize.Containers : [])
        {
            // One that was started meanwhile was started with what was asked for then.
            if (state.View.Newest(container.Name)?.Id == record.Id)
            {
                state = state.WithContainer(container.Name, runtime => runtime with { Given = container.Spec.Resources, GivenWhole = pod.Spec.Resources });
            }
        }

        return state.WithRuntimeState(runtime => runtime with { IsResizing = false, ResizeFailure = failure, Given = failure is null ? pod.Spec.Resources : runtime.Given });
    }
}
