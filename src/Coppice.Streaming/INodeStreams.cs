namespace Coppice.Streaming;

/// <summary>
/// What a node streams for the API server: logs, commands and connections. In the same process it is the node agent itself;
/// for another machine it is its agent's HTTPS endpoint.
/// </summary>
public interface INodeStreams
{
    /// <summary>Writes a container's log, until its end or, when following, until the container has ended and all is written.</summary>
    ValueTask WriteLogAsync(ContainerTarget target, LogRequest request, Stream output, CancellationToken stop);

    /// <summary>Runs a command in a container with its streams connected to the caller's; returns how it ended.</summary>
    ValueTask<CommandOutcome> ExecAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop);

    /// <summary>Connects the caller's streams to those of a container's first process; returns when either side lets go.</summary>
    ValueTask<CommandOutcome> AttachAsync(ContainerTarget target, CommandRequest request, CommandStreams streams, CancellationToken stop);

    /// <summary>
    /// A connection to a port inside a pod, as from its own loopback. While the pod's container is being restarted it waits, so that
    /// a forwarded port goes on working by itself.
    /// </summary>
    /// <exception cref="StreamTargetException">Nobody listens there, and nobody came to listen in time.</exception>
    ValueTask<Stream> ConnectAsync(PodTarget target, int port, CancellationToken stop);
}

public readonly record struct PodTarget(string Namespace, string Name, string Uid);

/// <param name="Container">The container's name; the caller has already chosen one.</param>
public readonly record struct ContainerTarget(PodTarget Pod, string Container);

/// <param name="TailLines">Only the last so many lines; null for all.</param>
/// <param name="LimitBytes">At most so many bytes; null for no limit.</param>
public sealed record LogRequest(bool Follow, bool Previous, bool Timestamps, long? TailLines, long? LimitBytes, DateTimeOffset? Since);

/// <param name="Command">Empty when attaching.</param>
public sealed record CommandRequest(IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty);

/// <summary>The caller's ends of a command's streams; null for those that were not asked for.</summary>
/// <param name="Resizes">New sizes of the caller's terminal, as they come.</param>
public sealed record CommandStreams(
    Stream? Stdin, Stream? Stdout, Stream? Stderr, System.Threading.Channels.ChannelReader<TerminalSize>? Resizes);

public readonly record struct TerminalSize(int Width, int Height);

/// <summary>How a command ended.</summary>
public abstract record CommandOutcome
{
    public sealed record Exited(int Code) : CommandOutcome;

    /// <summary>It could not be run, or its streams broke.</summary>
    public sealed record Failed(string Message) : CommandOutcome;
}

/// <summary>What was to be streamed from is not there. The message is for the user.</summary>
public sealed class StreamTargetException(string message, Exception? inner = null) : Exception(message, inner);
