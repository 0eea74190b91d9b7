namespace Coppice.Store;

/// <summary>
/// An ordered map of keys to values with one revision counter over all of them: etcd's model, and the only place where the
/// cluster's state is kept. Every implementation passes the contract suite in <c>tests/Coppice.Contracts</c>.
/// </summary>
/// <remarks>
/// All members may be called from any thread. A write that was acknowledged survives the process (for the implementations that
/// persist), and is visible to every read and watch that starts after the acknowledgement. Keys are non-empty strings in
/// ordinal order, like <c>pods/default/web</c>: the first path segment names a kind of object, and reading or watching one kind
/// costs nothing for the others, so a prefix should hold at least that segment with its '/'. Failures of the medium surface as <see cref="StoreUnavailableException"/> and leave nothing half-written.
/// A token cancels a call until its write is accepted; from then on the call waits for the outcome, so that no caller is left not
/// knowing. After disposal every call throws <see cref="ObjectDisposedException"/>, and so does every wait that was going on.
/// </remarks>
public interface IRevisionStore : IAsyncDisposable
{
    /// <summary>The revision of the newest write that reads can see; 0 in an empty store that was never written.</summary>
    Revision Current { get; }

    /// <summary>Reads at, and watches after, a revision below this one are refused: their history is gone.</summary>
    Revision Compacted { get; }

    /// <summary>The live entry of a key, or null.</summary>
    ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop);

    /// <summary>Live entries below a prefix in key order, as they were at one revision.</summary>
    /// <exception cref="CompactedException">The revision asked for lies below <see cref="Compacted"/>.</exception>
    /// <exception cref="FutureRevisionException">The revision asked for was not yet written.</exception>
    ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop);

    /// <summary>One conditional write; when it returns <see cref="WriteOutcome.Written"/> it is durable.</summary>
    /// <exception cref="StoreUnavailableException">The medium refused (full disk, lost connection); nothing was written.</exception>
    ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop);

    /// <summary>
    /// Every write below a prefix, in revision order and without gaps, from the one after a revision on. The revision may lie ahead of
    /// <see cref="Current"/>: then what comes up to it is passed over.
    /// </summary>
    /// <param name="only">Of these, what has this term or had it before: nobody is woken by, or looks at, anything else.</param>
    /// <exception cref="CompactedException">That revision lies below <see cref="Compacted"/>.</exception>
    IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null);

    /// <summary>Forgets history: afterwards <see cref="Compacted"/> is this revision (or what it was, if that is newer).</summary>
    /// <exception cref="FutureRevisionException">That revision was not yet written; nothing was forgotten.</exception>
    /// <exception cref="StoreUnavailableException">The medium refused; nothing was forgotten.</exception>
    ValueTask CompactAsync(Revision upTo, CancellationToken stop);
}

/// <summary>A position in the store's single history; the resourceVersion of the API.</summary>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    public static readonly Revision None = new(0);

    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    public static bool operator <(Revision a, Revision b) => a.Value < b.Value;
    public static bool operator >(Revision a, Revision b) => a.Value > b.Value;
    public static bool operator <=(Revision a, Revision b) => a.Value <= b.Value;
    public static bool operator >=(Revision a, Revision b) => a.Value >= b.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A value as bytes, with the form its owner made of them. The same instance reaches every reader in the process, so that what was
/// decoded (or encoded) once is not decoded again; after a restart only the bytes are there.
/// </summary>
public sealed class StoredValue(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>
    /// The owner's in-memory form; never persisted. Set at most to equal forms: two readers may both make it, and either may win.
    /// </summary>
    public object? Companion { get; set; }

    /// <summary>Read once, by <see cref="StoreIndex"/>.</summary>
    internal string? Term { get; set; }
}

/// <summary>
/// What values below one first path segment are found by beside their keys: a term that is read out of each. It is kept from the first
/// question on, and never written; a segment has one.
/// </summary>
/// <param name="read">Out of a value's bytes; it is asked once for each. Pure and quick: it may be asked while others wait.</param>
public sealed class StoreIndex(Func<ReadOnlyMemory<byte>, string> read)
{
    internal string TermOf(StoredValue value) => value.Term ??= read(value.Bytes);
}

/// <summary>All that has one term. Goes with a prefix that reaches beyond its first '/'.</summary>
public readonly record struct StoreTerm(StoreIndex Index, string Value);

/// <summary>One version of one key.</summary>
/// <param name="Created">The revision that made the key (since it was last absent).</param>
/// <param name="Modified">The revision that made this version.</param>
public sealed record StoreEntry(string Key, StoredValue Value, Revision Created, Revision Modified);

/// <param name="Prefix">Only keys that start with this; the empty string for all.</param>
/// <param name="After">Only keys that sort after this one (ordinal), for the next page; null to start at the first.</param>
/// <param name="Limit">At most so many entries; 0 for all.</param>
/// <param name="At">The revision to read at; null for the newest.</param>
/// <param name="Only">Only entries with this term; no others are looked at.</param>
public readonly record struct RangeQuery(string Prefix, string? After = null, int Limit = 0, Revision? At = null, StoreTerm? Only = null);

/// <param name="At">The revision that was read.</param>
/// <param name="Remaining">How many more entries match after the last one given.</param>
public sealed record StoreRange(IReadOnlyList<StoreEntry> Entries, Revision At, long Remaining);

/// <summary>A write and the condition under which it happens.</summary>
public abstract record StoreWrite(string Key)
{
    /// <summary>Happens if the key is absent.</summary>
    public sealed record Create(string Key, StoredValue Value) : StoreWrite(Key);

    /// <summary>Happens if the key's version is the expected one.</summary>
    public sealed record Update(string Key, StoredValue Value, Revision Expected) : StoreWrite(Key);

    /// <summary>Happens if the key's version is the expected one; with null, if the key is there.</summary>
    public sealed record Delete(string Key, Revision? Expected) : StoreWrite(Key);
}

/// <summary>What became of a write.</summary>
public abstract record WriteOutcome
{
    /// <param name="Entry">The new version; for a deletion the last one, with <see cref="StoreEntry.Modified"/> the deletion's revision.</param>
    public sealed record Written(StoreEntry Entry) : WriteOutcome;

    /// <param name="Current">What stands there in its place; null if the key is absent.</param>
    public sealed record Conflict(StoreEntry? Current) : WriteOutcome;
}

public enum StoreEventType
{
    Put,
    Delete,
}

/// <param name="Entry">The new version; for a deletion the last value, with <see cref="StoreEntry.Modified"/> the deletion's revision.</param>
/// <param name="Previous">The version before; null when the key was made.</param>
public sealed record StoreEvent(StoreEventType Type, StoreEntry Entry, StoreEntry? Previous);

/// <summary>A reader's place in the history below one prefix. Used by one reader at a time.</summary>
public interface IStoreWatch : IDisposable
{
    /// <summary>
    /// Waits until there is something below the prefix, then returns all of it (in batches of bounded size).
    /// A wait that is cancelled leaves the watch usable, at the place where it was. Disposing the watch, or the store, ends the wait
    /// with <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <exception cref="CompactedException">The reader was so slow that its place was compacted away; it must list again.</exception>
    ValueTask<IReadOnlyList<StoreEvent>> NextAsync(CancellationToken stop);

    /// <summary>What there is below the prefix by now (in batches of bounded size), without waiting; nothing, if that is all.</summary>
    /// <exception cref="CompactedException">As with <see cref="NextAsync"/>.</exception>
    IReadOnlyList<StoreEvent> Take();

    /// <summary>
    /// No write below the prefix that reads can see is newer than this; it may be ahead of all of them, where it is known only of what
    /// lies beside them, too. Asking costs nothing, so that who has seen everything may ask before each look.
    /// </summary>
    Revision Newest { get; }

    /// <summary>
    /// Everything below the prefix up to this revision was returned: the store's newest revision when there was nothing more to
    /// return, even if the prefix itself was not written, and also while <see cref="NextAsync"/> waits. For bookmarks.
    /// </summary>
    Revision Progress { get; }
}

/// <summary>The history asked for is gone; list again and go on from there.</summary>
public sealed class CompactedException(Revision asked, Revision compacted)
    : Exception($"revision {asked} has been compacted; the oldest one kept is {compacted}")
{
    public Revision Asked { get; } = asked;
    public Revision Compacted { get; } = compacted;
}

/// <summary>A revision was asked for that no write has reached yet.</summary>
public sealed class FutureRevisionException(Revision asked, Revision current)
    : Exception($"revision {asked} was not written yet; the newest one is {current}")
{
    public Revision Asked { get; } = asked;
    public Revision Current { get; } = current;
}

/// <summary>The medium refused a write or a read. The message says what happened and what to do, for a person to read.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
