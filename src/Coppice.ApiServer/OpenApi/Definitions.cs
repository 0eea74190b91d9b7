using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// Collects the definitions that some versions of the API need: their kinds, lists, and everything these are made of, in
/// alphabetical order.
/// </summary>
internal sealed class Definitions
{
    private static readonly VendorExtension AtomicMap = new("x-kubernetes-map-type", "\"atomic\"");
    private static readonly VendorExtension GranularMap = new("x-kubernetes-map-type", "\"granular\"");

    /// <summary>What every custom object has, whatever its definition says of it.</summary>
    private static readonly string[] CustomFields = ["apiVersion", "kind", "metadata"];

    private readonly SortedDictionary<string, SchemaNode> _byName = new(StringComparer.Ordinal);
    private readonly TypeDocumentation _documentation = TypeDocumentation.All;
    private readonly Dictionary<ObjectSchema, List<KindName>> _kinds = [];

    private Definitions()
    {
    }

    /// <param name="versions">Those that the document describes.</param>
    /// <param name="all">Every version served: the machinery's own kinds are those of all of them that are not made at run time.</param>
    public static IReadOnlyDictionary<string, SchemaNode> Of(IEnumerable<ServedVersion> versions, IEnumerable<ServedVersion> all)
    {
        var collected = new Definitions();
        var everywhere = all.Where(v => !v.IsCustom).Select(v => new KindName(v.Group, v.Version, "")).ToList();
        collected._kinds[RecordSchemas.Of<DeleteOptions>()] = [.. everywhere.Select(k => k with { Kind = "DeleteOptions" })];
        collected._kinds[RecordSchemas.Of<ApiStatus>()] = [new("", "v1", "Status")];
        var described = versions.ToList();
        var resources = described.SelectMany(v => v.Resources).ToList();
        foreach (var resource in resources)
        {
            collected.Name(resource.Schema, resource.Kind);
            foreach (var part in resource.Subresources.Where(s => s.Schema is not null))
            {
                collected.Name(part.Schema!, part.Answers);
            }
        }

        foreach (var resource in resources)
        {
            collected.Add(resource);
        }

        collected.Add(RecordSchemas.Of<DeleteOptions>());
        collected.Add(RecordSchemas.Of<ApiStatus>());
        collected.AddMachinery(DefinitionNames.Patch);
        if (!described.TrueForAll(version => version.IsCustom))
        {
            // Of what is made at run time, Kubernetes describes no watches.
            collected.AddMachinery(DefinitionNames.RawExtension);
            collected._byName[DefinitionNames.WatchEvent] = MachineryDefinitions.WatchEvent(everywhere.Select(k => k with { Kind = "WatchEvent" }));
        }

        return collected._byName;
    }

    private void Name(ObjectSchema schema, KindName kind)
    {
        if (!_kinds.TryGetValue(schema, out var names))
        {
            _kinds[schema] = names = [];
        }

        if (!names.Contains(kind))
        {
            names.Add(kind);
        }
    }

    private void Add(ServedResource resource)
    {
        Add(resource.Schema);
        foreach (var part in resource.Subresources.Where(s => s.Schema is not null))
        {
            Add(part.Schema!);
        }

        if (resource.Verbs.Contains("list"))
        {
            var schema = resource.Schema;
            var kind = resource.Kind with { Kind = resource.ListName };
            _byName[DefinitionNames.ListOf(schema)] = MachineryDefinitions.List(DefinitionNames.Of(schema), resource.Kind.Kind, kind);
            Add(RecordSchemas.Of<ListMeta>());
        }
    }

    private string Add(ObjectSchema schema)
    {
        var name = DefinitionNames.Of(schema);
        if (_byName.TryAdd(name, new SchemaNode()))
        {
            // The place was taken first: a type may contain itself.
            var custom = schema.Origin is JSONSchemaProps definition ? CustomDefinitions.Of(definition) : null;
            _byName[name] = (custom ?? new SchemaNode()) with
            {
                Type = "object",
                IsOpaque = custom is { IsOpaque: true },
                Description = _documentation.Of(schema.Documentation),
                Properties =
                [
                    .. schema.Fields.Where(f => custom is null || CustomFields.Contains(f.JsonName)).Select(f => KeyValuePair.Create(f.JsonName, Field(f)))
                        .Concat((custom?.Properties ?? []).Where(property => !CustomFields.Contains(property.Key)))
                        .OrderBy(property => property.Key, StringComparer.Ordinal),
                ],
                Required = custom?.Required ?? [.. schema.Fields.Where(f => f.Facts.Required).Select(f => f.JsonName)],
                Extensions =
                [
                    .. custom?.Extensions ?? [],
                    .. _kinds.TryGetValue(schema, out var kinds) ? [KindExtension.OfDefinition(kinds)] : (VendorExtension[])[],
                    .. schema.IsAtomic ? [AtomicMap] : (VendorExtension[])[],
                ],
            };
        }

        return name;
    }

    private SchemaNode Field(FieldSchema field) => Value(field.Value, field) with
    {
        Description = _documentation.Of(field.Documentation),
        Default = field.Facts.Default is { } text ? JsonOf(text, field.Value.Shape) : null,
        Extensions = [.. ExtensionsOf(field)],
    };

    private SchemaNode Value(ValueSchema value, FieldSchema field) => value.Shape switch
    {
        ValueShape.String => new() { Type = "string" },
        ValueShape.Boolean => new() { Type = "boolean" },
        ValueShape.Int32 => new() { Type = "integer", Format = "int32" },
        ValueShape.Int64 => new() { Type = "integer", Format = "int64" },
        ValueShape.Number => new() { Type = "number", Format = "double" },
        ValueShape.Bytes => new() { Type = "string", Format = "byte" },
        ValueShape.Time => AddMachinery(DefinitionNames.Time),
        ValueShape.MicroTime => AddMachinery(DefinitionNames.MicroTime),
        ValueShape.Quantity => AddMachinery(DefinitionNames.Quantity),
        ValueShape.IntOrString => AddMachinery(DefinitionNames.IntOrString),
        ValueShape.Any => AddMachinery(value.IsUntyped ? DefinitionNames.Json : field.JsonName == "fieldsV1" ? DefinitionNames.FieldsV1 : DefinitionNames.RawExtension),
        ValueShape.List => new() { Type = "array", Items = Value(value.Element!, field) },
        ValueShape.Map => new() { Type = "object", Values = Value(value.Element!, field) },
        _ => SchemaNode.To(Add(value.Object)),
    };

    private SchemaNode AddMachinery(string name)
    {
        _byName.TryAdd(name, MachineryDefinitions.Find(name)!);
        return SchemaNode.To(name);
    }

    private static IEnumerable<VendorExtension> ExtensionsOf(FieldSchema field)
    {
        var facts = field.Facts;
        if (field.Value.Shape == ValueShape.List)
        {
            if (facts.List == ListType.Map)
            {
                yield return new("x-kubernetes-list-map-keys", $"[{string.Join(',', field.ListKeys.Select(k => $"\"{k}\""))}]");
            }

            yield return new("x-kubernetes-list-type", $"\"{facts.List.ToString().ToLowerInvariant()}\"");
        }

        if (facts.AtomicMap || facts.GranularMap)
        {
            yield return facts.AtomicMap ? AtomicMap : GranularMap;
        }

        if (facts.MergeKey is { } key)
        {
            yield return new("x-kubernetes-patch-merge-key", $"\"{key}\"");
        }

        string[] strategies = [.. facts.MergeKey is not null || facts.MergeList ? ["merge"] : (string[])[], .. facts.RetainKeys ? ["retainKeys"] : (string[])[]];
        if (strategies.Length > 0)
        {
            yield return new("x-kubernetes-patch-strategy", $"\"{string.Join(',', strategies)}\"");
        }
    }

    private static string JsonOf(string text, ValueShape shape) =>
        shape is ValueShape.Boolean or ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number or ValueShape.Object
            ? text
            : $"\"{JsonEncodedText.Encode(text)}\"";
}
