using Coppice.Node.Runtime.Cri;

namespace Coppice.Node.Runtime;

/// <summary>A runtime that connects people to processes; the simulated one has none to connect to.</summary>
public interface IStreamingRuntime
{
    /// <summary>Prepares a command with streams; returns the address to connect to (SPDY/3.1, good for one use).</summary>
    ValueTask<Uri> OpenExecAsync(string containerId, IReadOnlyList<string> command, StreamSelection streams, CancellationToken stop);

    /// <summary>Prepares a connection to the container's first process; returns the address to connect to.</summary>
    ValueTask<Uri> OpenAttachAsync(string containerId, StreamSelection streams, CancellationToken stop);
}
