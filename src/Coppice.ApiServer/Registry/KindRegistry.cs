using Coppice.ApiServer.Kinds;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Registry;

/// <summary>
/// Which kinds the API serves. The whole set is replaced at once, so that who looks twice at one <see cref="Current"/> sees the same
/// world, and nobody waits for anybody.
/// </summary>
public sealed class KindRegistry : IKindSource
{
    private readonly Lock _changing = new();

    public KindRegistry(IReadOnlyList<ServedKind> builtIn) => Current = new ServedKinds(builtIn);

    public ServedKinds Current { get; private set; }

    /// <summary>Told after the set was replaced, by the thread that replaced it.</summary>
    public event Action? Changed;

    /// <summary>Those that are kept: what is made when somebody asks is nobody's to watch, collect or delete.</summary>
    IReadOnlyList<Kind> IKindSource.Current => [.. Current.All.Where(one => one.Source is null).Select(one => one.Kind)];

    /// <summary>Serves kinds, from now on.</summary>
    /// <exception cref="ArgumentException">Another is served under the resource of one.</exception>
    public void Add(params IReadOnlyList<ServedKind> kinds) => Replace(all => [.. all, .. kinds]);

    /// <summary>Serves kinds no longer. Their objects stay in the store: who removes a kind removes its objects first.</summary>
    public void Remove(params IReadOnlyList<Kind> kinds) => Replace(all => [.. all.Where(one => !kinds.Contains(one.Kind))]);

    /// <summary>Serves some kinds no longer and others from now on, at once. One whose resource another is served under stays away.</summary>
    internal void Replace(IReadOnlyCollection<ServedKind> gone, IReadOnlyCollection<ServedKind> come) => Replace(all =>
    {
        var kept = all.Where(one => !gone.Contains(one)).ToList();
        var taken = kept.Select(one => (one.Kind.Group, one.Kind.Version, one.Kind.Resource)).ToHashSet();
        return [.. kept, .. come.Where(one => taken.Add((one.Kind.Group, one.Kind.Version, one.Kind.Resource)))];
    });

    private void Replace(Func<IReadOnlyList<ServedKind>, IReadOnlyList<ServedKind>> change)
    {
        lock (_changing)
        {
            Current = new ServedKinds(change(Current.All));
        }

        Changed?.Invoke();
    }
}
