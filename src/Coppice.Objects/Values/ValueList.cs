using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>An immutable list that is compared by its elements; the default value is the empty list.</summary>
/// <remarks>An empty list is left out of JSON unless the field is required, as Kubernetes does.</remarks>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
[JsonConverter(typeof(ValueConverterFactory))]
public readonly struct ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>, IOwnConverter, IValues
{
    private readonly T[]? _items;

    internal ValueList(T[] items) => _items = items.Length == 0 ? null : items;

    public int Count => _items?.Length ?? 0;

    public bool IsEmpty => _items is null;

    public T this[int index] => (_items ?? [])[index];

    public ReadOnlySpan<T> AsSpan() => _items;

    public bool Contains(T item) => _items is not null && Array.IndexOf(_items, item) >= 0;

    public ValueList<T> Add(T item) => new([.. AsSpan(), item]);

    public ValueList<TOther> ConvertAll<TOther>(Converter<T, TOther> convert) => _items is null ? default : new(Array.ConvertAll(_items, convert));

    public Enumerator GetEnumerator() => new(_items ?? []);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? []).GetEnumerator();

    public bool Equals(ValueList<T> other) => ReferenceEquals(_items, other._items) || AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in this)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    JsonConverter IOwnConverter.Converter(JsonSerializerOptions options) => new ValueListConverter<T>(options);

    bool IValues.IsVery(IValues other) => other is ValueList<T> list && ReferenceEquals(_items, list._items);

    bool IValues.All(Func<object?, bool> check)
    {
        foreach (var item in this)
        {
            if (!check(item))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => $"[{string.Join(", ", this)}]";

    public static bool operator ==(ValueList<T> a, ValueList<T> b) => a.Equals(b);

    public static bool operator !=(ValueList<T> a, ValueList<T> b) => !a.Equals(b);

    /// <summary>Walks the list without allocating.</summary>
    public struct Enumerator(T[] items)
    {
        private int _next = -1;

        public readonly T Current => items[_next];

        public bool MoveNext() => ++_next < items.Length;
    }
}

public static class ValueList
{
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => items is ValueList<T> list ? list : new([.. items]);

    /// <summary>Each element as it is changed; this very list if a change gives back what it was given, for each.</summary>
    public static ValueList<T> Change<T>(this ValueList<T> items, Converter<T, T> change)
        where T : class
    {
        T[]? changed = null;
        for (var i = 0; i < items.Count; i++)
        {
            var item = change(items[i]);
            if (changed is null && !ReferenceEquals(item, items[i]))
            {
                changed = items.AsSpan().ToArray();
            }

            if (changed is not null)
            {
                changed[i] = item;
            }
        }

        return changed is null ? items : new(changed);
    }
}

internal sealed class ValueListConverter<T>(JsonSerializerOptions options) : JsonConverter<ValueList<T>>
{
    // Looked up on first use: the element's type may contain this list's, and would recurse if asked for now. The converter itself:
    // through JsonSerializer, every level of nesting would be looked through once more to find its end.
    private JsonConverter<T>? _element;

    private JsonConverter<T> Element => _element ??= (JsonConverter<T>)options.GetTypeInfo(typeof(T)).Converter;

    public override bool HandleNull => true;

    public override ValueList<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions _)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("expected a list");
        }

        var items = new Gathering<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // An empty string is an element here, unlike in a field.
            items.Add(typeof(T) == typeof(string)
                ? (T)(object)(reader.TokenType == JsonTokenType.Null ? "" : reader.GetString()!)
                : Element.Read(ref reader, typeof(T), options)!);
        }

        return new ValueList<T>(items.Take());
    }

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions _)
    {
        writer.WriteStartArray();
        foreach (var item in value)
        {
            Element.Write(writer, item, options);
        }

        writer.WriteEndArray();
    }
}
