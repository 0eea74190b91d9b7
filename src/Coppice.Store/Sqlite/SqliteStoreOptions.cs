using Coppice.Store.Encryption;

namespace Coppice.Store.Sqlite;

/// <summary>The limits of a store on disk.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>What is encrypted on the disk, and with which keys; null for nothing. The store disposes of it.</summary>
    public ValueEncryption? Encryption { get; init; }

    /// <summary>
    /// How long history is kept at least, for clients that resume a watch or go through pages: after each such span, what was written
    /// before the one before is forgotten. Zero: only <see cref="IRevisionStore.CompactAsync"/> and <see cref="HistoryBytes"/> forget.
    /// </summary>
    /// <value>5 minutes, as a Kubernetes API server over etcd.</value>
    public TimeSpan CompactEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// About how many bytes of memory history may take beside the live entries; when it takes more, the older half of it is forgotten
    /// although it is young.
    /// </summary>
    /// <value>64 MiB.</value>
    public long HistoryBytes { get; init; } = 64 << 20;

    /// <summary>At most so many writes share one commit. More waiting writers than this make the last of them wait for two.</summary>
    /// <value>512: the gain of larger batches is small, and all of a batch wait for it.</value>
    public int WritesPerCommit { get; init; } = 512;

    /// <summary>A commit is closed once its values reach this; a single larger value is still written.</summary>
    /// <value>8 MiB.</value>
    public long BytesPerCommit { get; init; } = 8 << 20;

    /// <summary>
    /// After about so many bytes of commits the write-ahead log is copied into the database file. Bounds the log's size (a commit and
    /// page overheads more) and the time that opening after a crash takes.
    /// </summary>
    /// <value>16 MiB.</value>
    public long CheckpointBytes { get; init; } = 16 << 20;
}
