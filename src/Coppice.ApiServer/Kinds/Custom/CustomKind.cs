using System.Text.Json;
using Coppice.ApiServer.Schemas;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Kinds that were made at run time, from data alone.</summary>
public static class CustomKind
{
    /// <summary>A kind without a definition: nothing is asked of its objects but their metadata.</summary>
    public static ServedKind Served(Kind kind, bool hasStatus) => new(kind, new CustomStrategy(null, hasStatus), new CustomTable(default))
    {
        Subresources = hasStatus ? [Subresource.Status(kind)] : [],
    };

    /// <summary>One version of a definition.</summary>
    /// <param name="terminates">The definition is being deleted: nothing is made any more.</param>
    internal static ServedKind Served(Kind kind, CustomResourceDefinitionVersion version, StructuralSchema schema, bool terminates)
    {
        var hasStatus = version.Subresources?.Status is not null;
        var scale = version.Subresources?.Scale is { } paths ? new CustomReplicas(paths) : null;
        var rules = new CustomStrategy(schema, hasStatus) { Terminates = terminates, Scale = scale };
        return new ServedKind(kind, rules, new CustomTable(version.AdditionalPrinterColumns))
        {
            NeedsVersion = true,
            Fields = FieldLabels.Of<CustomObject>([.. version.SelectableFields.Select(SelectableOf)]),
            Replicas = scale?.Replicas,
            Subresources =
            [
                .. scale is null ? [] : (Subresource[])[Subresource.Scale(UnstoredKinds.Scale)],
                .. hasStatus ? (Subresource[])[Subresource.Status(kind)] : [],
            ],
        };
    }

    /// <summary>A field is selected by its path without the first dot, and by its value as text.</summary>
    private static (string Name, Func<CustomObject, string?> Value) SelectableOf(SelectableField field)
    {
        var names = JsonPath.Parse(field.JsonPath).Fields ?? [];
        return (string.Join('.', names), item => CustomFields.Find(item, names) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.True } => "true",
            { ValueKind: JsonValueKind.False } => "false",
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        });
    }
}
