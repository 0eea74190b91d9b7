using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>
/// An immutable map from names to values, in the ordinal order of its names, compared by its content; the default value is the
/// empty map. Made for the handful of entries that labels, selectors and resource lists have.
/// </summary>
[JsonConverter(typeof(ValueConverterFactory))]
public readonly struct ValueMap<T> : IReadOnlyDictionary<string, T>, IEquatable<ValueMap<T>>, IOwnConverter, IValues
{
    private readonly KeyValuePair<string, T>[]? _entries;

    /// <summary>The last of entries with the same name wins.</summary>
    public ValueMap(IEnumerable<KeyValuePair<string, T>> entries)
        : this(entries.ToArray())
    {
    }

    /// <param name="all">Nobody else's from here on.</param>
    internal ValueMap(KeyValuePair<string, T>[] all)
    {
        if (!IsSorted(all))
        {
            all = [.. all.Reverse().DistinctBy(e => e.Key).OrderBy(e => e.Key, StringComparer.Ordinal)];
        }

        _entries = all.Length == 0 ? null : all;
    }

    private ReadOnlySpan<KeyValuePair<string, T>> Entries => _entries;

    public int Count => _entries?.Length ?? 0;

    public bool IsEmpty => _entries is null;

    public IEnumerable<string> Keys => (_entries ?? []).Select(e => e.Key);

    public IEnumerable<T> Values => (_entries ?? []).Select(e => e.Value);

    public T this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no entry '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            ref readonly var entry = ref Entries[middle];
            switch (string.CompareOrdinal(key, entry.Key))
            {
                case 0:
                    value = entry.Value;
                    return true;
                case < 0:
                    to = middle;
                    break;
                default:
                    from = middle + 1;
                    break;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The value under a name, or null (the type's default) if there is none.</summary>
    public T? Find(string key) => TryGetValue(key, out var value) ? value : default;

    public ValueMap<T> With(string key, T value) => new([.. _entries ?? [], new(key, value)]);

    public ValueMap<T> With(IEnumerable<KeyValuePair<string, T>> others) => new([.. _entries ?? [], .. others]);

    /// <summary>The same names with other values.</summary>
    public ValueMap<TOther> ConvertAll<TOther>(Func<T, TOther> convert) =>
        _entries is null ? default : new(Array.ConvertAll(_entries, e => KeyValuePair.Create(e.Key, convert(e.Value))));

    public ValueMap<T> Without(string key) => ContainsKey(key) ? new((_entries ?? []).Where(e => e.Key != key)) : this;

    public Enumerator GetEnumerator() => new(_entries ?? []);

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)(_entries ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_entries ?? []).GetEnumerator();

    public bool Equals(ValueMap<T> other)
    {
        if (ReferenceEquals(_entries, other._entries))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (Entries[i].Key != other.Entries[i].Key || !EqualityComparer<T>.Default.Equals(Entries[i].Value, other.Entries[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is ValueMap<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in Entries)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    JsonConverter IOwnConverter.Converter(JsonSerializerOptions options) => new ValueMapConverter<T>(options);

    bool IValues.IsVery(IValues other) => other is ValueMap<T> map && ReferenceEquals(_entries, map._entries);

    bool IValues.All(Func<object?, bool> check)
    {
        foreach (var (key, value) in this)
        {
            if (!check(key) || !check(value))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => string.Join(",", (_entries ?? []).Select(e => $"{e.Key}={e.Value}"));

    public static bool operator ==(ValueMap<T> a, ValueMap<T> b) => a.Equals(b);

    public static bool operator !=(ValueMap<T> a, ValueMap<T> b) => !a.Equals(b);

    /// <summary>In the order of a map, each name once: as they come from the store, and most often from clients.</summary>
    private static bool IsSorted(KeyValuePair<string, T>[] entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (string.CompareOrdinal(entries[i - 1].Key, entries[i].Key) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Walks the map without allocating.</summary>
    public struct Enumerator(KeyValuePair<string, T>[] entries)
    {
        private int _next = -1;

        public readonly KeyValuePair<string, T> Current => entries[_next];

        public bool MoveNext() => ++_next < entries.Length;
    }
}

public static class ValueMap
{
    public static ValueMap<T> Of<T>(params ReadOnlySpan<(string Key, T Value)> entries)
    {
        var pairs = new List<KeyValuePair<string, T>>(entries.Length);
        foreach (var (key, value) in entries)
        {
            pairs.Add(new(key, value));
        }

        return new ValueMap<T>(pairs);
    }

    public static ValueMap<T> ToValueMap<T>(this IEnumerable<KeyValuePair<string, T>> entries) =>
        entries is ValueMap<T> map ? map : new(entries);
}

internal sealed class ValueMapConverter<T>(JsonSerializerOptions options) : JsonConverter<ValueMap<T>>
{
    private JsonConverter<T>? _value;

    private JsonConverter<T> Value => _value ??= (JsonConverter<T>)options.GetTypeInfo(typeof(T)).Converter;

    public override bool HandleNull => true;

    public override ValueMap<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions _)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("expected a map");
        }

        var entries = new Gathering<KeyValuePair<string, T>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            // An empty string is a value here, unlike in a field.
            var value = typeof(T) == typeof(string)
                ? (T)(object)(reader.TokenType == JsonTokenType.Null ? "" : reader.GetString()!)
                : Value.Read(ref reader, typeof(T), options)!;
            entries.Add(new(key, value));
        }

        return new ValueMap<T>(entries.Take());
    }

    public override void Write(Utf8JsonWriter writer, ValueMap<T> value, JsonSerializerOptions _)
    {
        writer.WriteStartObject();
        foreach (var (key, item) in value)
        {
            writer.WritePropertyName(key);
            Value.Write(writer, item, options);
        }

        writer.WriteEndObject();
    }
}
