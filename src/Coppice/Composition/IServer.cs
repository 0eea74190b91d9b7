namespace Coppice.Composition;

/// <summary>What a process runs: a whole cluster, or a node of one on another machine. Disposing of it stops all that is ours; containers go on.</summary>
public interface IServer : IAsyncDisposable
{
    /// <summary>Completes with a part that has ended by itself, which none should.</summary>
    Task<Task> FirstToEnd { get; }

    /// <summary>Ends the pods of this node, as its machine goes down. To be disposed of afterwards.</summary>
    Task EndPodsAsync();
}
