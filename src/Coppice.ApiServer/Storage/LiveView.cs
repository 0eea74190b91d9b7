using System.Collections.Immutable;
using Coppice.Objects;

namespace Coppice.ApiServer.Storage;

/// <summary>What is worked out of all objects of a kind as they are now, once a change and not once a look.</summary>
/// <param name="make">Pure: two who see a change at once may both do it, and come to the same.</param>
internal sealed class LiveView<T, TView>(LiveObjects<T> live, Func<ImmutableSortedDictionary<ObjectKey, T>, TView> make)
    where T : KubernetesObject
{
    private volatile Made? _made;

    /// <inheritdoc cref="LiveObjects{T}.NowAsync"/>
    public async ValueTask<TView> NowAsync(CancellationToken stop)
    {
        var now = await live.NowAsync(stop);
        var made = _made;
        if (made is null || !ReferenceEquals(made.From, now))
        {
            _made = made = new Made(now, make(now));
        }

        return made.View;
    }

    private sealed record Made(ImmutableSortedDictionary<ObjectKey, T> From, TView View);
}
