using System.Collections.Concurrent;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>Which kinds are being watched by somebody, of this process or outside. For any thread.</summary>
internal sealed class WatchedKinds
{
    private readonly ConcurrentDictionary<string, int> _watches = new(StringComparer.Ordinal);

    public bool Contains(Kind kind) => _watches.GetValueOrDefault(kind.Stored.QualifiedResource) > 0;

    /// <summary>The same watch, which counts until it is disposed of.</summary>
    public IStoreWatch Add(Kind kind, IStoreWatch watch)
    {
        var resource = kind.Stored.QualifiedResource;
        Count(resource, 1);
        return new Counted(watch, () => Count(resource, -1));
    }

    private void Count(string resource, int more) => _watches.AddOrUpdate(resource, static (_, more) => more, static (_, count, more) => count + more, more);

    private sealed class Counted(IStoreWatch watch, Action leave) : IStoreWatch
    {
        private Action? _leave = leave;

        public Revision Newest => watch.Newest;

        public Revision Progress => watch.Progress;

        public ValueTask<IReadOnlyList<StoreEvent>> NextAsync(CancellationToken stop) => watch.NextAsync(stop);

        public IReadOnlyList<StoreEvent> Take() => watch.Take();

        public void Dispose()
        {
            watch.Dispose();
            Interlocked.Exchange(ref _leave, null)?.Invoke();
        }
    }
}
