using Coppice.ApiServer.Kinds;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Usage;

/// <summary>Figures about other objects, each under the name of the one that it is about.</summary>
/// <param name="measure">Null while there are no figures.</param>
internal sealed class MeasuredObjects<T>(ObjectCache<T> measured, Func<T, KubernetesObject?> measure) : IObjectSource
    where T : KubernetesObject
{
    public ValueTask<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken stop) =>
        new(measured.Find(key) is { } found ? measure(found) : null);

    public ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(string space, CancellationToken stop) => new(
    [
        .. from item in measured.Items
           where space.Length == 0 || item.Metadata.Namespace == space
           let figures = measure(item)
           where figures is not null
           select figures,
    ]);
}
