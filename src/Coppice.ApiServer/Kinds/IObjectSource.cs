using Coppice.Objects;

namespace Coppice.ApiServer.Kinds;

/// <summary>Where the objects of a kind come from that no store holds: they are made when somebody asks for them, and only read.</summary>
public interface IObjectSource
{
    /// <summary>Null if there is none.</summary>
    ValueTask<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken stop);

    /// <param name="space">The namespace; empty for all.</param>
    /// <returns>In the order of their keys.</returns>
    ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(string space, CancellationToken stop);
}
