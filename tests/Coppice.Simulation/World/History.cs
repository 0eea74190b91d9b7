using Coppice.Store;

namespace Coppice.Simulation.World;

/// <summary>Every write of a run, in order, past whatever becomes of the server.</summary>
internal sealed class History(IRevisionStore store)
{
    private readonly IStoreWatch _recorder = store.Watch("", Revision.None);
    private readonly List<StoreEvent> _all = [];
    private int _followed;

    /// <summary>As of the last write that was followed.</summary>
    public StoredWorld World { get; } = new();

    /// <summary>Takes down what was written by now, as before it is forgotten.</summary>
    public void Record()
    {
        while (_recorder.Progress < store.Current)
        {
            _all.AddRange(_recorder.Take());
        }
    }

    /// <summary>Shows every write since the last time, one after the other, with the world as it was then.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Follow(Action<Write> look)
    {
        Record();
        if (_followed == _all.Count)
        {
            return false;
        }

        World.Begin();
        for (; _followed < _all.Count; _followed++)
        {
            if (World.Apply(_all[_followed]) is { } write)
            {
                look(write);
            }
        }

        return true;
    }

    /// <summary>"revision verb key", and a digest of what was written.</summary>
    public IReadOnlyList<string> Lines()
    {
        Record();
        return [.. _all.Select(write =>
        {
            var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(write.Entry.Value.Bytes.Span)[..6]);
            return $"{write.Entry.Modified} {write.Type} {write.Entry.Key} {digest}";
        })];
    }
}
