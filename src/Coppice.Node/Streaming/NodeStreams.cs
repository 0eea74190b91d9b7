using System.Net.Sockets;
using Coppice.Node.Logs;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cri;
using Coppice.Streaming;
using Coppice.Streaming.RemoteCommands;

namespace Coppice.Node.Streaming;

/// <summary>How long a forwarded connection waits for somebody to listen.</summary>
public sealed record ConnectOptions
{
    /// <summary>While a container is starting or restarting.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>When all containers run and have done so for <see cref="SettledAfter"/>: nobody is going to listen.</summary>
    public TimeSpan SettledPatience { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan SettledAfter { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryEvery { get; init; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>Opens a connection to a port inside a network namespace (null for the node's own), from its loopback.</summary>
/// <remarks>Fails with <see cref="SocketException"/> when nobody listens, <see cref="IOException"/> when the namespace is gone.</remarks>
public delegate Task<Socket> NamespaceConnect(string? networkNamespace, int port, CancellationToken stop);

/// <summary>Logs, commands and connections of this node's pods.</summary>
/// <param name="commands">Null where commands are not to be had.</param>
public sealed class NodeStreams(
    IPodDirectory pods, IStreamingRuntime? commands, SpdyCommandClient? client, NamespaceConnect connect, ConnectOptions options, TimeProvider time) : INodeStreams
{
    private readonly LogReader _logs = new(time);

    public async ValueTask WriteLogAsync(ContainerTarget target, LogRequest request, Stream output, CancellationToken stop)
    {
        var pod = Find(target.Pod);
        var name = target.Container;
        if (request.Previous)
        {
            var previous = pod.Previous(name) ?? throw new StreamTargetException($"previous terminated container \"{name}\" in pod \"{target.Pod.Name}\" not found");
            await _logs.WriteAsync(previous.LogPath, request with { Follow = false }, _ => ValueTask.FromResult(false), output, stop);
            return;
        }
        // What was said before a crash is the newest there is while the next attempt has not begun.
        var container = pod.Newest(name) ?? throw new StreamTargetException(
            $"container \"{name}\" in pod \"{target.Pod.Name}\" is waiting to start: {pod.Waiting.GetValueOrDefault(name, "ContainerCreating")}");
        await _logs.WriteAsync(container.LogPath, request, _ => ValueTask.FromResult(IsAlive(target.Pod, container.Id)), output, stop);
    }

    public ValueTask<CommandOutcome> ExecAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) =>
        RunAsync(target, request, streams, (runtime, id, selection) => runtime.OpenExecAsync(id, request.Command, selection, stop), stop);

    public ValueTask<CommandOutcome> AttachAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop) =>
        RunAsync(target, request, streams, (runtime, id, selection) => runtime.OpenAttachAsync(id, selection, stop), stop);

    public async ValueTask<Stream> ConnectAsync(PodTarget target, int port, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var pod = Find(target);
            string failure;
            try
            {
                if (pod.Sandbox is { State: SandboxState.Ready } sandbox)
                {
                    return new NetworkStream(await connect(pod.UsesHostNetwork ? null : sandbox.NetworkNamespace, port, stop), ownsSocket: true);
                }

                failure = "the pod is not running";
            }
            catch (SocketException refused)
            {
                failure = refused.SocketErrorCode == SocketError.ConnectionRefused ? "connect: connection refused" : refused.Message;
            }
            catch (IOException gone)
            {
                failure = gone.Message;
            }

            var waited = time.GetElapsedTime(began);
            if (pod.IsEnding || waited >= options.Patience || (waited >= options.SettledPatience && IsSettled(pod)))
            {
                throw new StreamTargetException($"failed to connect to localhost:{port} inside pod {target.Namespace}/{target.Name}: {failure}");
            }

            await Task.Delay(options.RetryEvery, time, stop);
        }
    }

    private async ValueTask<CommandOutcome> RunAsync(
        ContainerTarget target, CommandRequest request, CommandStreams streams, Func<IStreamingRuntime, string, StreamSelection, ValueTask<Uri>> open, CancellationToken stop)
    {
        var pod = Find(target.Pod);
        if (pod.Newest(target.Container) is not { State: ContainerRunState.Running } container)
        {
            throw new StreamTargetException($"container not found (\"{target.Container}\")");
        }

        if (commands is null || client is null)
        {
            throw new StreamTargetException("this node's runtime cannot run commands with streams");
        }

        try
        {
            // With a terminal there is one output, and the runtime refuses to be asked for two.
            var selection = new StreamSelection(request.Stdin, request.Stdout, request.Stderr && !request.Tty, request.Tty);
            return await client.RunAsync(await open(commands, container.Id, selection), request, streams, stop);
        }
        catch (RuntimeException failed)
        {
            throw new StreamTargetException(failed.Message, failed);
        }
    }

    private PodPlace Find(PodTarget target) => pods.Find(target) ?? throw new StreamTargetException($"pod \"{target.Name}\" is not on this node");

    private bool IsAlive(PodTarget pod, string containerId) =>
        pods.Find(pod)?.Containers.FirstOrDefault(one => one.Id == containerId) is { State: ContainerRunState.Created or ContainerRunState.Running };

    private bool IsSettled(PodPlace pod)
    {
        // A start that lies in the future was before the clock was set back.
        var now = time.GetUtcNow();
        var newest = pod.Containers.GroupBy(one => one.Name).Select(all => all.MaxBy(one => one.Attempt)!).ToList();
        return newest.Count > 0 && newest.All(one => one is { State: ContainerRunState.Running, StartedAt: { } started } && (now - started).Duration() >= options.SettledAfter
            || one is { State: ContainerRunState.Exited, ExitCode: 0 } && !pod.Waiting.ContainsKey(one.Name));
    }
}
