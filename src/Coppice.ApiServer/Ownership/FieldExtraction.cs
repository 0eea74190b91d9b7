using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>Which fields an object sets.</summary>
internal static class FieldExtraction
{
    /// <summary>Plain values, what is taken whole, elements of lists, and what is empty; not the fields of a type that only hold others.</summary>
    public static FieldSet FieldsOf(JsonElement value, MergeShape shape) => Walk(value, shape).Below;

    /// <summary>
    /// The same set as one in which each field that a type names is a member where something below it is: a field goes when all of it goes.
    /// </summary>
    public static FieldSet WithNamedFields(FieldSet set, MergeShape shape)
    {
        var named = new FieldSetBuilder();
        foreach (var node in set.Nodes)
        {
            var isNamed = node.Element.Kind == PathKind.Field && shape.Names(node.Element.Text);
            named.Add(node.Element, node.IsMember || isNamed, WithNamedFields(node.Below, shape.Below(node.Element)));
        }

        return named.Build();
    }

    /// <returns>Whether the place itself is set, and what is below.</returns>
    private static (bool IsLeaf, FieldSet Below) Walk(JsonElement value, MergeShape shape) => shape.For(value) switch
    {
        Granularity.Whole => (true, FieldSet.Empty),
        Granularity.Fields => (false, OfFields(value, shape)),
        var list => (false, OfList(value, shape, list)),
    };

    private static FieldSet OfFields(JsonElement value, MergeShape shape)
    {
        var set = new FieldSetBuilder();
        foreach (var field in value.Fields())
        {
            var (isLeaf, below) = Walk(field.Value, shape.Field(field.Name));
            var isEmpty = field.Value.ValueKind == JsonValueKind.Null || (field.Value.ValueKind == JsonValueKind.Object && !field.Value.HasParts());
            set.Add(PathElement.Field(field.Name), isLeaf || isEmpty || !shape.Names(field.Name), below);
        }

        return set.Build();
    }

    /// <summary>Of elements that can't be told apart, only that they are there.</summary>
    private static FieldSet OfList(JsonElement value, MergeShape shape, Granularity granularity)
    {
        var set = new FieldSetBuilder();
        foreach (var group in from element in value.Elements()
                              let step = ListSteps.Find(shape, granularity, element, out _)
                              where step is not null
                              group element by step.Value)
        {
            var below = group.Skip(1).Any() ? FieldSet.Empty : Walk(group.First(), shape.Element).Below;
            set.Add(group.Key, isMember: true, below);
        }

        return set.Build();
    }
}
