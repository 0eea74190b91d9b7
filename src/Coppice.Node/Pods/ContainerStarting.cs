using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>What a start works on.</summary>
/// <param name="Sandbox">The sandbox there is, or the one in the making; null if that fails.</param>
/// <param name="Volumes">The pod's volumes in the making.</param>
/// <param name="Target">For an ephemeral container that looks at another one's processes: that one's name, and its id if it is there.</param>
/// <param name="Before">The container's failure so far.</param>
internal sealed record StartInputs(
    Pod Pod, PodAction.StartContainer Action, Task<SandboxRecord?> Sandbox, Task Volumes, (string Name, string? Id)? Target, FailedAttempt? Before);

/// <summary>
/// Starts one container and posts how it went. 1. Image, volumes and sandbox, side by side. 2. Environment and mounts. 3. Create.
/// 4. Start. 5. The postStart hook, before whose end the container does not count as running.
/// </summary>
internal sealed class ContainerStarting(PodServices services, NodeEnvironment node, PodMailbox mailbox, PodEvents events, CancellationToken stop)
{
    private static readonly TimeSpan PullErrorShown = TimeSpan.FromSeconds(2);

    /// <summary>How often the runtime is asked for what it made, at most, a second apart; then it is left to the audit.</summary>
    private const int FindTriesMax = 10;

    private readonly PodImages _images = new(services, events);

    /// <param name="drop">The pod is to end: what is not yet made need not be.</param>
    /// <param name="late">What the runtime has begun to make is finished until then, also when the agent stops.</param>
    public async Task StartAsync(StartInputs inputs, CancellationToken drop, CancellationToken late)
    {
        var attempt = new Attempt();
        FailedAttempt? failure = null;
        try
        {
            failure = await TryStartAsync(inputs, attempt, drop, late);
        }
        catch (ContainerConfigException failed)
        {
            failure = Fail(inputs, ContainerConfigException.Reason, failed.Message);
        }
        catch (VolumeImageException missing)
        {
            events.Failed(inputs.Action.Container, missing.Waiting.Reason);
            failure = Waits(missing.Waiting, inputs);
        }
        catch (HostResourceException failed)
        {
            failure = FailureBackOff.After(inputs.Before, "", failed.Message, services.Steady);
        }
        catch (RuntimeUnavailableException failed)
        {
            failure = FailureBackOff.After(inputs.Before, "", failed.Message, services.Steady);
        }
        catch (RuntimeException failed)
        {
            var isMade = attempt.ContainerId is not null;
            failure = Fail(inputs, isMade ? "RunContainerError" : "CreateContainerError", failed.Message) with { SandboxId = attempt.SandboxId };
            // Its end is now on record, and the pause between restarts counts from there.
            if (isMade)
            {
                failure = failure with { RetryAt = services.Steady.GetUtcNow() };
            }
        }
        catch (OperationCanceledException) when (drop.IsCancellationRequested)
        {
            // Dropped: nothing was made, or the runtime will tell of it.
        }
        catch (ApiException failed)
        {
            failure = Fail(inputs, ContainerConfigException.Reason, failed.Message);
        }
        catch (Exception failed)
        {
            PodLog.OperationBroke(services.Log, ObjectKey.Of(inputs.Pod), failed);
            failure = Fail(inputs, "CreateContainerError", failed.Message);
        }
        finally
        {
            var record = await FindAsync(inputs.Pod, attempt);
            mailbox.Post(state => Started(state, inputs.Action, attempt, record, failure));
        }
    }

    private async ValueTask<FailedAttempt?> TryStartAsync(StartInputs inputs, Attempt attempt, CancellationToken drop, CancellationToken late)
    {
        var (pod, action) = (inputs.Pod, inputs.Action);
        var container = action.Container;
        var wanted = _images.EnsureAsync(pod, container, drop);                             // 1.
        ImageOutcome outcome;
        try
        {
            await inputs.Volumes.WaitAsync(drop);
        }
        finally
        {
            // Also when the volumes are missing: the next try would want the image a second time while this one still fetches it.
            outcome = await wanted;
        }

        if (outcome is ImageOutcome.Waiting waiting)
        {
            return Waits(waiting, inputs);
        }

        if (await inputs.Sandbox.WaitAsync(drop) is not { } sandbox)
        {
            return null;
        }

        if (!pod.Spec.HostNetwork && sandbox.Addresses.Count > 0)
        {
            // Also after a restart of ours, and for a container that comes back: nothing runs before it is kept to what is allowed.
            await node.NetworkReady(pod, sandbox.Addresses, drop);
        }

        var facts = new PodFacts(node.Sandboxes.NodeName, node.Addresses, AddressesOf(pod, sandbox), node.Allocatable)
        {
            VolumeText = (volume, path) => services.HostResources.VolumeText(pod, volume, path),
        };
        var environment = await ContainerEnvironment.ResolveAsync(pod, container.Spec, facts, services.Sources);   // 2.
        var request = new MountRequest(action.Attempt, environment, AddressesOf(pod, sandbox));
        using (var mounts = await services.HostResources.MountsAsync(pod, container.Spec, request, drop))
        {
            var spec = ContainerSpecBuilder.Build(pod, container.Spec, new ContainerInputs(
                action.Attempt, SandboxSpecBuilder.Build(pod, sandbox.Attempt, node.Sandboxes), ((ImageOutcome.Present)outcome).Image,
                environment, mounts.All, node.MemoryCapacityBytes, node.OomKillsWhole) { SeccompRoot = node.Sandboxes.SeccompRoot }) with { ProcessesOf = TargetOf(inputs), Edits = services.Devices.EditsOf(pod, container.Spec) };
            drop.ThrowIfCancellationRequested();

            attempt.SandboxId = sandbox.Id;
            attempt.ContainerId = await services.Runtime.CreateContainerAsync(sandbox, spec, late);   // 3.
            events.Created(container);
            await services.Runtime.StartContainerAsync(attempt.ContainerId, late);         // 4.
        }

        events.Started(container);
        return await RunPostStartAsync(inputs, attempt.ContainerId, AddressesOf(pod, sandbox), drop);   // 5.
    }

    private static string? TargetOf(StartInputs inputs) =>
        inputs.Target is not var (name, id) ? null : id ?? throw new ContainerConfigException($"unable to find target container \"{name}\"");

    private async ValueTask<FailedAttempt?> RunPostStartAsync(StartInputs inputs, string containerId, IReadOnlyList<string> addresses, CancellationToken drop)
    {
        var container = inputs.Action.Container;
        if (container.Spec.Lifecycle?.PostStart is not { } hook)
        {
            return null;
        }

        var wrong = await services.Hooks.RunAsync(hook, container.Spec, containerId, addresses.Count > 0 ? addresses[0] : "", TimeSpan.FromDays(1), drop);
        if (wrong is null)
        {
            return null;
        }

        events.HookFailed(container, isPostStart: true);
        events.Killing(container, "FailedPostStartHook");
        var grace = Spans.Seconds(inputs.Pod.Spec.TerminationGracePeriodSeconds ?? 30);
        await services.Runtime.StopContainerAsync(containerId, grace, stop);
        return new FailedAttempt("PostStartHookError", wrong, services.Steady.GetUtcNow());
    }

    private IReadOnlyList<string> AddressesOf(Pod pod, SandboxRecord sandbox) => pod.Spec.HostNetwork ? node.Addresses : sandbox.Addresses;

    private FailedAttempt Fail(StartInputs inputs, string reason, string message)
    {
        events.Failed(inputs.Action.Container, message);
        return FailureBackOff.After(inputs.Before, reason, message, services.Steady);
    }

    private FailedAttempt Waits(ImageOutcome.Waiting waiting, StartInputs inputs)
    {
        var pause = waiting.RetryAfter;
        // The error itself shows for a moment; then that, and how long, the next try has to wait.
        if (waiting.Reason == "ErrImagePull" && PullErrorShown < pause)
        {
            pause = PullErrorShown;
        }

        var retryAt = pause is { } length ? services.Steady.GetUtcNow() + length : DateTimeOffset.MaxValue;
        return new FailedAttempt(waiting.Reason, waiting.Message, retryAt, (inputs.Before?.Failures ?? 0) + 1);
    }

    private async ValueTask<ContainerRecord?> FindAsync(Pod pod, Attempt attempt)
    {
        if (attempt.ContainerId is not { } id)
        {
            return null;
        }

        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    return await services.Runtime.FindContainerAsync(id, stop);
                }
                catch (RuntimeException failed) when (tries < FindTriesMax)
                {
                    // Not knowing it, the next plan would make it a second time, and be refused for its name until an audit finds the first.
                    PodLog.Failed(services.Log, ObjectKey.Of(pod), "asking for the container that was made", failed);
                }

                await Task.Delay(FailureBackOff.Pause, services.Time, stop);
            }
        }
        catch (Exception failed) when (failed is RuntimeException or OperationCanceledException)
        {
            // The audit finds it.
            return null;
        }
        catch (Exception broken)
        {
            // Whatever it was: a start whose end is never told would keep the container from ever being started again.
            PodLog.OperationBroke(services.Log, ObjectKey.Of(pod), broken);
            return null;
        }
    }

    private static PodWorkerState Started(PodWorkerState state, PodAction.StartContainer action, Attempt attempt, ContainerRecord? record, FailedAttempt? failure)
    {
        if (record is not null)
        {
            state = state.With(record);
        }

        return state.WithContainer(action.Container.Name, runtime => runtime with
        {
            IsStarting = false,
            // A try that made nothing is no restart that the next one would have to wait after.
            BackOff = attempt.ContainerId is null ? runtime.BackOff : action.BackOff ?? runtime.BackOff,
            StartFailure = failure,
            StartsAgain = runtime.StartsAgain && record is null,
            Probes = record is { State: ContainerRunState.Running } ? ProbeState.For(record.Id) : runtime.Probes,
        });
    }

    private sealed class Attempt
    {
        public string? SandboxId { get; set; }

        public string? ContainerId { get; set; }
    }
}
