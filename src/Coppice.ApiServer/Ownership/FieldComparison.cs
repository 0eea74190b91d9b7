using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>Which fields differ between two versions of an object.</summary>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    private static readonly FieldComparison Same = new(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);

    private enum Change
    {
        None,
        Added,
        Modified,
        Removed,
    }

    public bool IsSame => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    public static FieldComparison Of(JsonElement old, JsonElement now, MergeShape shape) => Walk(old, now, shape).Below;

    /// <summary>The same without some fields and all that is below them.</summary>
    public FieldComparison Without(FieldSet ignored) =>
        ignored.IsEmpty ? this : new(Added.WithoutTree(ignored), Modified.WithoutTree(ignored), Removed.WithoutTree(ignored));

    /// <returns>What happened to the place itself, and below it.</returns>
    private static (Change Self, FieldComparison Below) Walk(JsonElement old, JsonElement now, MergeShape shape)
    {
        if (old.IsAbsent() ? now.IsAbsent() : !now.IsAbsent() && JsonMarshal.GetRawUtf8Value(old).SequenceEqual(JsonMarshal.GetRawUtf8Value(now)))
        {
            return (Change.None, Same);
        }

        var (before, after) = (shape.For(old), shape.For(now));
        if (now.IsAbsent() || old.IsAbsent() || before == after)
        {
            return Walk(old, now, shape, now.IsAbsent() ? before : after);
        }

        // What was a map and is a plain value, or the other way round, is both: what the one had goes, and what the other has comes.
        var (gone, came) = (Walk(old, now, shape, before), Walk(old, now, shape, after));
        return (Change.Modified, gone.Below.With(came.Below));
    }

    private static (Change Self, FieldComparison Below) Walk(JsonElement old, JsonElement now, MergeShape shape, Granularity granularity)
    {
        var isLeaf = granularity == Granularity.Whole || (!HasParts(old, granularity) && !HasParts(now, granularity));
        var self = old.IsAbsent() ? Change.Added : now.IsAbsent() ? Change.Removed : Change.None;
        if (isLeaf)
        {
            return (self == Change.None && !JsonElement.DeepEquals(old, now) ? Change.Modified : self, Same);
        }

        var differences = new Differences();
        if (granularity == Granularity.Fields)
        {
            CompareFields(old, now, shape, ref differences);
        }
        else
        {
            CompareLists(old, now, (shape, granularity), ref differences);
        }

        return (self, differences.Build());
    }

    private static bool HasParts(JsonElement value, Granularity granularity) =>
        value.HasParts() && (value.ValueKind == JsonValueKind.Object) == (granularity == Granularity.Fields);

    private static void CompareFields(JsonElement old, JsonElement now, MergeShape shape, ref Differences differences)
    {
        var (before, after) = (old.Lookup(), now.Lookup());
        foreach (var field in old.Fields())
        {
            differences.Add(PathElement.Field(field.Name), Walk(field.Value, after[field.Name], shape.Field(field.Name)));
        }

        foreach (var field in now.Fields())
        {
            if (before[field.Name].IsAbsent())
            {
                differences.Add(PathElement.Field(field.Name), Walk(default, field.Value, shape.Field(field.Name)));
            }
        }
    }

    private static void CompareLists(JsonElement old, JsonElement now, (MergeShape Shape, Granularity Granularity) list, ref Differences differences)
    {
        var (before, after) = (Index(old, list.Shape, list.Granularity), Index(now, list.Shape, list.Granularity));
        foreach (var (step, elements) in before)
        {
            CompareElements(step, elements, after.GetValueOrDefault(step, []), list.Shape.Element, ref differences);
        }

        foreach (var (step, elements) in after)
        {
            if (!before.ContainsKey(step))
            {
                CompareElements(step, [], elements, list.Shape.Element, ref differences);
            }
        }
    }

    /// <summary>Elements that can't be told apart are one thing, which is there, or is not, or is another.</summary>
    private static void CompareElements(PathElement step, List<JsonElement> old, List<JsonElement> now, MergeShape shape, ref Differences differences)
    {
        switch (old.Count, now.Count)
        {
            case ( <= 1, <= 1):
                differences.Add(step, Walk(old.FirstOrDefault(), now.FirstOrDefault(), shape));
                break;
            case ( >= 2, >= 2):
                differences.Add(step, (old.SequenceEqual(now, JsonElementEquality.Instance) ? Change.None : Change.Modified, Same));
                break;
            case ( >= 2, _):
                differences.Add(step, Walk(default, now.FirstOrDefault(), shape));
                differences.Add(step, (Change.Removed, Same));
                break;
            default:
                differences.Add(step, Walk(old.FirstOrDefault(), default, shape));
                differences.Add(step, (Change.Added, Same));
                break;
        }
    }

    private static Dictionary<PathElement, List<JsonElement>> Index(JsonElement list, MergeShape shape, Granularity granularity)
    {
        var index = new Dictionary<PathElement, List<JsonElement>>();
        foreach (var element in list.Elements())
        {
            if (ListSteps.Find(shape, granularity, element, out _) is not { } step)
            {
                continue;
            }

            if (!index.TryGetValue(step, out var elements))
            {
                index[step] = elements = [];
            }

            elements.Add(element);
        }

        return index;
    }

    private FieldComparison With(FieldComparison other) =>
        new(Added.Union(other.Added), Modified.Union(other.Modified), Removed.Union(other.Removed));

    private struct Differences
    {
        private FieldSetBuilder _added;
        private FieldSetBuilder _modified;
        private FieldSetBuilder _removed;

        public void Add(PathElement step, (Change Self, FieldComparison Below) found)
        {
            _added.Add(step, found.Self == Change.Added, found.Below.Added);
            _modified.Add(step, found.Self == Change.Modified, found.Below.Modified);
            _removed.Add(step, found.Self == Change.Removed, found.Below.Removed);
        }

        public readonly FieldComparison Build()
        {
            var (added, modified, removed) = (_added.Build(), _modified.Build(), _removed.Build());
            return added.IsEmpty && modified.IsEmpty && removed.IsEmpty ? Same : new(added, modified, removed);
        }
    }

    private sealed class JsonElementEquality : IEqualityComparer<JsonElement>
    {
        public static readonly JsonElementEquality Instance = new();

        public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

        public int GetHashCode(JsonElement obj) => (int)obj.ValueKind;
    }
}
