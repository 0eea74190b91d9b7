namespace Coppice.Store.Mvcc;

/// <summary>One version of a key and, behind it, the older ones that history still keeps.</summary>
internal sealed class KeyVersion(StoreEntry entry, bool deleted, KeyVersion? older)
{
    public StoreEntry Entry { get; } = entry;

    /// <summary>This version is the key's absence; <see cref="Entry"/> is what was deleted, at the deletion's revision.</summary>
    public bool Deleted { get; } = deleted;

    /// <summary>Cut by compaction, so that a chain is only as long as the history that is kept.</summary>
    public KeyVersion? Older { get; set; } = older;

    /// <summary>The entry that readers see now; null if the key is absent.</summary>
    public StoreEntry? Live => Deleted ? null : Entry;

    /// <summary>The version that was the newest at a revision; null if the key had never been made by then.</summary>
    public KeyVersion? At(Revision revision)
    {
        var version = this;
        while (version is not null && version.Entry.Modified > revision)
        {
            version = version.Older;
        }

        return version;
    }
}
