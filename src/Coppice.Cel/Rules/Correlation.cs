using System.Text.Json;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Rules;

/// <summary>A part of an object beside the same part of what it replaces.</summary>
internal sealed class CorrelatedPart(JsonElement item, JsonElement old, CelSchema schema)
{
    private bool? _isSame;

    /// <summary>True if the part did not change.</summary>
    public bool IsSame => _isSame ??= JsonElement.DeepEquals(item, old);

    public CorrelatedPart? Field(string name)
    {
        if (item.ValueKind != JsonValueKind.Object || old.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var below = schema.Properties?.GetValueOrDefault(name) ?? schema.AdditionalProperties;
        return below is not null && item.TryGetProperty(name, out var mine) && old.TryGetProperty(name, out var theirs) ? new(mine, theirs, below) : null;
    }

    /// <param name="keyed">What was there with the same keys, if the list is one that has some.</param>
    public CorrelatedPart? Index(int index, JsonElement? keyed)
    {
        if (item.ValueKind != JsonValueKind.Array || old.ValueKind != JsonValueKind.Array || schema.Items is null)
        {
            return null;
        }

        var before = schema.ListType switch
        {
            "map" => keyed,
            null => index < old.GetArrayLength() ? old[index] : null,
            _ => null,
        };
        return before is { } found ? new(item[index], found, schema.Items) : null;
    }
}

/// <summary>
/// What a part is compared to, to let pass what is wrong with it but was so before.
/// </summary>
/// <param name="Current">The part itself; null if nothing corresponds to it.</param>
/// <param name="Parent">Then, the nearest part above to which something does.</param>
internal readonly record struct Correlation(CorrelatedPart? Current, CorrelatedPart? Parent)
{
    public bool IsUnchanged => (Current ?? Parent)?.IsSame ?? false;

    public Correlation Field(string name) => Current is null ? this
        : Parent is null && name is "apiVersion" or "kind" ? default
        : new(Current.Field(name), Current);

    public Correlation Index(int index, JsonElement? keyed) => Current is null ? this : new(Current.Index(index, keyed), Current);
}
