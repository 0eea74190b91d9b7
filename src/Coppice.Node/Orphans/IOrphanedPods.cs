using Coppice.Node.Runtime;

namespace Coppice.Node.Orphans;

/// <summary>What pods have left on this machine: a crash at a bad moment leaves directories that nobody asks for any more.</summary>
public interface IOrphanedPods
{
    /// <summary>Every pod of which there is anything here, in the order of their uids. Of those without logs only the uid is known.</summary>
    ValueTask<IReadOnlyList<PodIdentity>> FindAsync(CancellationToken stop);

    /// <summary>Removes all there is of a pod that nobody knows. Safe to repeat.</summary>
    /// <exception cref="OrphanInUseException">Something uses it still; nothing that could be missed was removed.</exception>
    ValueTask RemoveAsync(PodIdentity pod, CancellationToken stop);
}

/// <summary>A pod that nobody knows still has a process or a mount here. The message names it and says what to do.</summary>
public sealed class OrphanInUseException(string message, Exception? inner = null) : Exception(message, inner);
