namespace Coppice.Store.Mvcc;

/// <summary>
/// Keys in ordinal order, each with its newest version: a list of sorted chunks of bounded size. Finding costs two binary searches, or one
/// look into a table; inserting moves at most one chunk's keys, and walking a range reads arrays from front to back. Not safe for
/// concurrent use.
/// </summary>
/// <param name="isLookedUp">Keys are asked for one by one: from the second chunk on they have a table beside the chunks, of some 40 bytes each.</param>
internal sealed class KeyIndex(bool isLookedUp, int chunkSize = KeyIndex.ChunkSize)
{
    /// <summary>Small enough to be moved at each insert, large enough that the list of chunks stays short (1 000 000 keys: about 3 000).</summary>
    private const int ChunkSize = 512;

    private readonly List<Chunk> _chunks = [];

    private Dictionary<string, KeyVersion>? _byKey;

    public int Count { get; private set; }

    public KeyVersion? Find(string key)
    {
        if (_byKey is not null)
        {
            return _byKey.GetValueOrDefault(key);
        }

        var place = Locate(key, out var found);
        return found ? _chunks[place.Chunk].Versions[place.Item] : null;
    }

    /// <summary>Makes this the newest version of its key.</summary>
    public void Set(KeyVersion version)
    {
        var key = version.Entry.Key;
        var place = Locate(key, out var found);
        _byKey?[key] = version;
        if (found)
        {
            _chunks[place.Chunk].Replace(place.Item, version);
            return;
        }

        Count++;
        if (_chunks.Count == 0)
        {
            _chunks.Add(new Chunk(chunkSize));
        }

        var chunk = _chunks[place.Chunk];
        if (chunk.Count == chunkSize)
        {
            var upper = chunk.Split(place.Item);
            _chunks.Insert(place.Chunk + 1, upper);
            if (place.Item > chunk.Count)
            {
                place = new Place(place.Chunk + 1, place.Item - chunk.Count);
                chunk = upper;
            }
        }

        chunk.Insert(place.Item, key, version);
        if (isLookedUp && _byKey is null && _chunks.Count > 1)
        {
            _byKey = _chunks.SelectMany(one => one.Versions.Take(one.Count)).ToDictionary(one => one.Entry.Key, StringComparer.Ordinal);
        }
    }

    public void Remove(string key)
    {
        var place = Locate(key, out var found);
        if (!found)
        {
            return;
        }

        Count--;
        _byKey?.Remove(key);
        var chunk = _chunks[place.Chunk];
        chunk.RemoveAt(place.Item);
        if (chunk.Count == 0)
        {
            _chunks.RemoveAt(place.Chunk);
        }
    }

    /// <summary>Walks the keys from the first one that is not below <paramref name="from"/>. The index must not change meanwhile.</summary>
    public Walk From(string from) => new(this, Locate(from, out _));

    /// <summary>Where the key is, or where it would be inserted: in the last chunk whose first key is not above it.</summary>
    private Place Locate(string key, out bool found)
    {
        int low = 0, high = _chunks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (string.CompareOrdinal(_chunks[middle].Keys[0], key) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        if (_chunks.Count == 0)
        {
            found = false;
            return default;
        }

        var item = Array.BinarySearch(_chunks[low].Keys, 0, _chunks[low].Count, key, StringComparer.Ordinal);
        found = item >= 0;
        return new Place(low, found ? item : ~item);
    }

    internal readonly record struct Place(int Chunk, int Item);

    internal struct Walk
    {
        private readonly KeyIndex _index;
        private int _chunk;
        private int _item;

        internal Walk(KeyIndex index, Place place) => (_index, _chunk, _item) = (index, place.Chunk, place.Item);

        /// <summary>
        /// At the start of a chunk whose keys all have the prefix and were all last written by a revision: passes it over, and tells how
        /// many keys live in it.
        /// </summary>
        public bool TrySkip(string prefix, Revision at, out int live)
        {
            live = 0;
            if (_chunk < _index._chunks.Count && _item == _index._chunks[_chunk].Count)
            {
                _chunk++;
                _item = 0;
            }

            if (_item != 0 || _chunk == _index._chunks.Count)
            {
                return false;
            }

            var here = _index._chunks[_chunk];
            if (here.Newest > at || !here.Keys[here.Count - 1].StartsWith(prefix, StringComparison.Ordinal))
            {
                return false;
            }

            live = here.Live;
            _chunk++;
            return true;
        }

        /// <summary>The next key's newest version; null at the end.</summary>
        public KeyVersion? Next()
        {
            while (_chunk < _index._chunks.Count)
            {
                var here = _index._chunks[_chunk];
                if (_item < here.Count)
                {
                    return here.Versions[_item++];
                }

                _chunk++;
                _item = 0;
            }

            return null;
        }
    }

    private sealed class Chunk(int size)
    {
        public string[] Keys { get; } = new string[size];
        public KeyVersion[] Versions { get; } = new KeyVersion[size];
        public int Count { get; private set; }

        /// <summary>How many of the keys are not absent now.</summary>
        public int Live { get; private set; }

        /// <summary>No key was written after this; some may have been that are gone.</summary>
        public Revision Newest { get; private set; }

        public void Replace(int at, KeyVersion version)
        {
            Live -= Versions[at].Deleted ? 0 : 1;
            Versions[at] = version;
            Note(version);
        }

        public void Insert(int at, string key, KeyVersion version)
        {
            Note(version);
            Array.Copy(Keys, at, Keys, at + 1, Count - at);
            Array.Copy(Versions, at, Versions, at + 1, Count - at);
            Keys[at] = key;
            Versions[at] = version;
            Count++;
        }

        public void RemoveAt(int at)
        {
            Count--;
            Live -= Versions[at].Deleted ? 0 : 1;
            Array.Copy(Keys, at + 1, Keys, at, Count - at);
            Array.Copy(Versions, at + 1, Versions, at, Count - at);
            Keys[Count] = null!;
            Versions[Count] = null!;
        }

        /// <summary>
        /// Gives the upper part to a new chunk: half, or just the last key when the next one goes to the very end, so
        /// that keys that come in order fill their chunks.
        /// </summary>
        public Chunk Split(int next)
        {
            var keep = next == Count ? Count - 1 : Count / 2;
            var upper = new Chunk(size) { Count = Count - keep };
            Array.Copy(Keys, keep, upper.Keys, 0, upper.Count);
            Array.Copy(Versions, keep, upper.Versions, 0, upper.Count);
            Array.Clear(Keys, keep, upper.Count);
            Array.Clear(Versions, keep, upper.Count);
            Count = keep;
            upper.Live = upper.Versions.Take(upper.Count).Count(version => !version.Deleted);
            upper.Newest = Newest;
            Live -= upper.Live;
            return upper;
        }

        private void Note(KeyVersion version)
        {
            Live += version.Deleted ? 0 : 1;
            Newest = version.Entry.Modified > Newest ? version.Entry.Modified : Newest;
        }
    }
}
