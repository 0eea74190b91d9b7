using System.Text;
using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;
using Coppice.Node.Stats;
using Google.Protobuf;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// A container runtime behind a CRI v1 socket. Verbs for different pods run side by side; nothing here waits for anything but
/// the runtime's own answer.
/// </summary>
public sealed class CriRuntime : IContainerRuntime, IStreamingRuntime, IDisposable
{
    /// <summary>How containerd writes an exit whose code nobody saw.</summary>
    internal const int ExitCodeUnknown = 255;

    /// <summary>Of a command's output, as the kubelet keeps of a probe's.</summary>
    private const int OutputBytesMax = 10 * 1024;

    /// <summary>Questions under way at once when everything is listed.</summary>
    private const int ListConcurrency = 32;

    /// <summary>What the runtime may need beyond a time that it was given itself (to kill and clean up after it).</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>
    /// What a command's time-out is exceeded by at most. containerd kills the command in time, but goes on waiting for its
    /// output while a child that inherited the streams lives: an answer that never comes.
    /// </summary>
    private static readonly TimeSpan CommandMargin = TimeSpan.FromMilliseconds(200);

    /// <summary>A runtime that is well answers a question about nothing in a millisecond.</summary>
    private static readonly TimeSpan PromptAnswer = TimeSpan.FromMilliseconds(500);

    private readonly GrpcConnection _connection;
    private readonly CriConnection _cri;
    private readonly ContainerdContainers _containers;
    private readonly TaskRegister _register = new();
    private readonly CriWatch _watch;

    /// <param name="socketPath">A Unix socket that speaks CRI v1; it need not exist yet.</param>
    /// <param name="figures">Counts what is asked; null where nobody looks.</param>
    public CriRuntime(string socketPath, TimeProvider time, RuntimeFigures? figures = null)
    {
        _connection = new GrpcConnection(socketPath, time);
        _cri = new CriConnection(_connection, figures ?? new RuntimeFigures(time));
        _containers = new ContainerdContainers(_connection);
        _watch = new CriWatch(_cri, _register, time);
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The runtime's name and version, as in a node's status: containerd://1.6.20.</summary>
    public async ValueTask<string> VersionAsync(CancellationToken stop)
    {
        var version = await _cri.AskAsync(CriMethods.Version, new VersionRequest(), stop);
        return $"{version.RuntimeName}://{version.RuntimeVersion}";
    }

    /// <summary>What containers wrote to their own file systems, by container; as the runtime last counted it.</summary>
    public async ValueTask<IReadOnlyDictionary<string, FilesUsage>> WrittenAsync(CancellationToken stop)
    {
        var answer = await _cri.AskAsync(CriMethods.ListContainerStats, new ListContainerStatsRequest(), stop);
        return answer.Stats.Where(one => one.WritableLayer?.UsedBytes is not null).ToDictionary(
            one => one.Attributes.Id,
            one => new FilesUsage((long)one.WritableLayer.UsedBytes.Value, (long)(one.WritableLayer.InodesUsed?.Value ?? 0)));
    }

    /// <summary>The runtime's own conditions: RuntimeReady, and NetworkReady with the reason why it is not.</summary>
    public async ValueTask<IReadOnlyList<RuntimeCondition>> ConditionsAsync(CancellationToken stop)
    {
        var answer = await _cri.AskAsync(CriMethods.Status, new StatusRequest(), stop);
        return [.. answer.Status.Conditions.Select(one => new RuntimeCondition(one.Type, one.Status, one.Reason, one.Message))];
    }

    /// <summary>The ids that something runs for, or may run for: sandboxes that are ready, containers that have not ended, and their sandboxes.</summary>
    internal async ValueTask<IReadOnlySet<string>> ServedTasksAsync(CancellationToken stop)
    {
        var sandboxes = await _cri.AskAsync(CriMethods.ListPodSandbox, new ListPodSandboxRequest(), stop);
        var containers = await _cri.AskAsync(CriMethods.ListContainers, new ListContainersRequest(), stop);
        var served = sandboxes.Items.Where(one => one.State == PodSandboxState.SandboxReady).Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var one in containers.Containers.Where(one => one.State is Wire.ContainerState.ContainerRunning or Wire.ContainerState.ContainerUnknown))
        {
            served.UnionWith([one.Id, one.PodSandboxId]);
        }

        return served;
    }

    public async ValueTask<RuntimeSnapshot> ListAsync(CancellationToken stop)
    {
        var before = _register.Ids();
        var listing = _cri.AskAsync(CriMethods.ListPodSandbox, new ListPodSandboxRequest(), stop).AsTask();
        var containerListing = await _cri.AskAsync(CriMethods.ListContainers, new ListContainersRequest(), stop);
        var sandboxListing = await listing;

        before.ExceptWith(sandboxListing.Items.Select(one => one.Id));
        before.ExceptWith(containerListing.Containers.Select(one => one.Id));
        foreach (var gone in before)
        {
            _register.Forget(gone);
        }

        foreach (var one in containerListing.Containers)
        {
            _register.Saw(one.Id, TaskKind.Container, one.PodSandboxId, one.State == Wire.ContainerState.ContainerRunning);
        }

        var sandboxes = await EachAsync(sandboxListing.Items, one => FindSandboxAsync(one.Id, stop));
        var containers = await EachAsync(containerListing.Containers, one => FindContainerAsync(one.Id, stop));
        return new RuntimeSnapshot(sandboxes, containers);
    }

    public async ValueTask<SandboxRecord> RunSandboxAsync(SandboxSpec spec, CancellationToken stop)
    {
        var made = await _cri.AskAsync(CriMethods.RunPodSandbox, new RunPodSandboxRequest { Config = CriRequests.Sandbox(spec), RuntimeHandler = spec.RuntimeHandler }, stop);
        return await FindSandboxAsync(made.PodSandboxId, stop)
            ?? throw new RuntimeException($"The sandbox {made.PodSandboxId} of pod {spec.Pod.Namespace}/{spec.Pod.Name} was removed while it started");
    }

    public async ValueTask StopSandboxAsync(string sandboxId, CancellationToken stop) =>
        await _cri.FindAsync(CriMethods.StopPodSandbox, new StopPodSandboxRequest { PodSandboxId = sandboxId }, stop);

    public async ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken stop)
    {
        await _cri.FindAsync(CriMethods.RemovePodSandbox, new RemovePodSandboxRequest { PodSandboxId = sandboxId }, stop);
        _register.Forget(sandboxId);
    }

    public async ValueTask<string> CreateContainerAsync(SandboxRecord sandbox, ContainerSpec spec, CancellationToken stop)
    {
        var made = await _cri.AskAsync(CriMethods.CreateContainer, CriRequests.Container(sandbox.Id, spec), stop);
        _register.Saw(made.ContainerId, TaskKind.Container, sandbox.Id, running: false);
        if (!spec.Edits.IsEmpty)
        {
            await EditAsync(made.ContainerId, spec.Edits, stop);
        }

        return made.ContainerId;
    }

    public async ValueTask StartContainerAsync(string containerId, CancellationToken stop)
    {
        await _cri.AskAsync(CriMethods.StartContainer, new StartContainerRequest { ContainerId = containerId }, stop);
        _register.SawRunning(containerId);
    }

    public async ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken stop) => await _cri.FindAsync(
        CriMethods.UpdateContainerResources, new UpdateContainerResourcesRequest { ContainerId = containerId, Linux = CriRequests.Resources(resources) }, stop);

    public async ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken stop)
    {
        var request = new StopContainerRequest { ContainerId = containerId, Timeout = Seconds(grace) };
        await _cri.FindAsync(CriMethods.StopContainer, request, stop, grace + Margin);
    }

    public async ValueTask RemoveContainerAsync(string containerId, CancellationToken stop)
    {
        await _cri.FindAsync(CriMethods.RemoveContainer, new RemoveContainerRequest { ContainerId = containerId }, stop);
        _register.Forget(containerId);
    }

    public async ValueTask<ContainerRecord?> FindContainerAsync(string containerId, CancellationToken stop)
    {
        var answer = await _cri.FindAsync(CriMethods.ContainerStatus, new ContainerStatusRequest { ContainerId = containerId }, stop);
        if (answer is null)
        {
            return null;
        }

        var known = _register.Find(containerId);
        var sandboxId = known?.SandboxId ?? await SandboxOfAsync(containerId, stop);
        if (sandboxId is null)
        {
            return null;
        }

        _register.Saw(containerId, TaskKind.Container, sandboxId, answer.Status.State == Wire.ContainerState.ContainerRunning);
        return ExitOverlay.Apply(CriRecords.Container(answer.Status, sandboxId), _register.Find(containerId));
    }

    public async ValueTask<CommandResult> RunCommandAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken stop)
    {
        var request = new ExecSyncRequest { ContainerId = containerId, Cmd = { command }, Timeout = Seconds(timeout) };
        var wasWell = AnswersPromptlyAsync(stop);
        try
        {
            var answer = await _connection.CallAsync(CriMethods.ExecSync, request, stop, timeout + CommandMargin);
            return new CommandResult(answer.ExitCode, Text(answer.Stdout), Text(answer.Stderr));
        }
        catch (GrpcException failed) when (IsCommandTimeout(failed))
        {
            // A runtime that hung at the beginning or hangs at the end gave the command no time: nothing is known of it.
            if (!await wasWell || !await AnswersPromptlyAsync(stop))
            {
                throw new RuntimeUnavailableException($"the runtime does not answer: {failed.Message}", failed);
            }

            throw new TimeoutException($"command \"{string.Join(' ', command)}\" timed out", failed);
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw CriConnection.Translate(failed);
        }
    }

    public async ValueTask ReopenLogAsync(string containerId, CancellationToken stop) =>
        await _cri.AskAsync(CriMethods.ReopenContainerLog, new ReopenContainerLogRequest { ContainerId = containerId }, stop);

    public IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken stop) => _watch.WatchAsync(stop);

    /// <summary>Prepares a command with streams; returns the address to connect to (SPDY/3.1 or WebSocket, good for one use).</summary>
    public async ValueTask<Uri> OpenExecAsync(string containerId, IReadOnlyList<string> command, StreamSelection streams, CancellationToken stop)
    {
        var request = new ExecRequest
        {
            ContainerId = containerId, Cmd = { command }, Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr,
        };
        return new Uri((await _cri.AskAsync(CriMethods.Exec, request, stop)).Url);
    }

    /// <summary>Prepares a connection to the container's main process; returns the address to connect to.</summary>
    public async ValueTask<Uri> OpenAttachAsync(string containerId, StreamSelection streams, CancellationToken stop)
    {
        var request = new AttachRequest
        {
            ContainerId = containerId, Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr,
        };
        return new Uri((await _cri.AskAsync(CriMethods.Attach, request, stop)).Url);
    }

    /// <summary>A container that cannot be edited is none: nobody knows its id to remove it.</summary>
    private async ValueTask EditAsync(string containerId, ContainerEdits edits, CancellationToken stop)
    {
        try
        {
            await _containers.EditAsync(containerId, edits, stop);
        }
        catch (Exception failed) when (failed is RuntimeException or OperationCanceledException)
        {
            await RemoveContainerAsync(containerId, CancellationToken.None);
            throw;
        }
    }

    // The verbose status, which has the network namespace, costs the runtime a walk over the whole OCI spec: asked for once.
    private async ValueTask<SandboxRecord?> FindSandboxAsync(string sandboxId, CancellationToken stop)
    {
        var known = _register.Find(sandboxId);
        var networkKnown = known is { NetworkKnown: true };
        var answer = await _cri.FindAsync(
            CriMethods.PodSandboxStatus, new PodSandboxStatusRequest { PodSandboxId = sandboxId, Verbose = !networkKnown }, stop);
        if (answer is null)
        {
            return null;
        }

        var path = networkKnown ? known!.NetworkNamespace : CriRecords.NetworkNamespace(answer.Info);
        _register.Saw(sandboxId, TaskKind.Sandbox, sandboxId, answer.Status.State == PodSandboxState.SandboxReady);
        _register.SawNetwork(sandboxId, path);
        return CriRecords.Sandbox(answer.Status, path);
    }

    private async ValueTask<string?> SandboxOfAsync(string containerId, CancellationToken stop)
    {
        var request = new ListContainersRequest { Filter = new ContainerFilter { Id = containerId } };
        var listing = await _cri.AskAsync(CriMethods.ListContainers, request, stop);
        return listing.Containers.Count == 0 ? null : listing.Containers[0].PodSandboxId;
    }

    private static async Task<IReadOnlyList<TResult>> EachAsync<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, ValueTask<TResult?>> find)
        where TResult : class
    {
        var results = new List<TResult>();
        foreach (var chunk in items.Chunk(ListConcurrency))
        {
            var found = await Task.WhenAll(chunk.Select(item => find(item).AsTask()));
            results.AddRange(found.OfType<TResult>());
        }

        return results;
    }

    private async Task<bool> AnswersPromptlyAsync(CancellationToken stop)
    {
        try
        {
            await _connection.CallAsync(CriMethods.Version, new VersionRequest(), stop, PromptAnswer);
            return true;
        }
        catch (Exception failed) when (failed is GrpcException or OperationCanceledException)
        {
            return false;
        }
    }

    // containerd gives the time-out its own text and, depending on the version, the code Unknown.
    private static bool IsCommandTimeout(GrpcException failed) =>
        failed.Code == GrpcCode.DeadlineExceeded
        || (failed.Message.Contains("timeout", StringComparison.Ordinal) && failed.Message.Contains("exceeded", StringComparison.Ordinal));

    // CRI counts in seconds; rounding down would turn a short grace into none, and a short time-out into an endless one.
    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(Math.Max(0, time.TotalSeconds));

    private static string Text(ByteString output) => Encoding.UTF8.GetString(output.Span[..Math.Min(output.Length, OutputBytesMax)]);
}
