using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Patching;

/// <summary>The elements of a list that is merged, each with what tells it from the others: its merge key, or itself if it is a plain value.</summary>
internal sealed class KeyedList
{
    private readonly List<(string Key, JsonNode? Node)> _items = [];

    private readonly Dictionary<string, int> _firstByKey = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _items.Select(i => i.Key);

    /// <summary>Takes the elements out of a list, which is empty afterwards.</summary>
    /// <exception cref="ApiError">An element has no merge key, or is of another type than the first.</exception>
    public static KeyedList Take(JsonArray list, string? mergeKey)
    {
        var nodes = list.ToArray();
        list.Clear();
        var keyed = new KeyedList();
        foreach (var node in nodes)
        {
            keyed.Add(KeyOf(node, mergeKey), node);
        }

        return keyed;
    }

    /// <summary>What tells an element apart.</summary>
    public static string KeyOf(JsonNode? element, string? mergeKey)
    {
        if (element is JsonArray)
        {
            throw ApiErrors.Unprocessable();
        }

        if (mergeKey is null)
        {
            return element is JsonObject
                ? throw ApiErrors.Unforeseen("cannot merge lists without merge key for type map")
                : element?.ToJsonString() ?? "null";
        }

        if (element is not JsonObject map)
        {
            throw ApiErrors.Unforeseen("list element types are not identical");
        }

        return map[mergeKey]?.ToJsonString()
            ?? throw ApiErrors.Unforeseen($"map: {GoText.Of(map)} does not contain declared merge key: {mergeKey}");
    }

    public bool Contains(string key) => _firstByKey.ContainsKey(key);

    public JsonNode? Find(string key) => _firstByKey.TryGetValue(key, out var at) ? _items[at].Node : null;

    public void Add(string key, JsonNode? node)
    {
        _firstByKey.TryAdd(key, _items.Count);
        _items.Add((key, node));
    }

    public void Replace(string key, JsonNode? node) => _items[_firstByKey[key]] = (key, node);

    public KeyedList Without(IReadOnlySet<string> keys)
    {
        var rest = new KeyedList();
        foreach (var (key, node) in _items.Where(i => !keys.Contains(i.Key)))
        {
            rest.Add(key, node);
        }

        return rest;
    }

    /// <summary>
    /// The elements as a list again. Those that the patch names stand in its order, the others in theirs; where the two meet, an
    /// element goes before the first of the patch's that it preceded on the server.
    /// </summary>
    /// <param name="patchOrder">Keys in the order that the patch asks for.</param>
    /// <param name="serverOrder">Keys in the order of the list as it was.</param>
    public JsonArray InOrder(IEnumerable<string> patchOrder, IEnumerable<string> serverOrder)
    {
        var wanted = Places(patchOrder);
        var before = Places(serverOrder);
        var ours = _items.Where(i => wanted.ContainsKey(i.Key)).OrderBy(i => wanted[i.Key]).ToList();
        var others = _items.Where(i => !wanted.ContainsKey(i.Key)).OrderBy(i => before.GetValueOrDefault(i.Key, int.MaxValue)).ToList();
        var ordered = new JsonArray();
        var next = 0;
        foreach (var (key, node) in ours)
        {
            while (next < others.Count && Precedes(others[next].Key, key))
            {
                ordered.Add(others[next++].Node);
            }

            ordered.Add(node);
        }

        others[next..].ForEach(o => ordered.Add(o.Node));
        return ordered;

        bool Precedes(string other, string key) =>
            before.TryGetValue(other, out var left) && before.TryGetValue(key, out var right) && left < right;
    }

    private static Dictionary<string, int> Places(IEnumerable<string> keys)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            places.TryAdd(key, places.Count);
        }

        return places;
    }
}
