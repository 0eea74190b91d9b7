using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.CustomResources;

/// <summary>What the API machinery must know of a definition's schema: which fields there are, and how lists and maps are merged.</summary>
internal static class CustomSchemas
{
    private static readonly ObjectSchema Machinery = RecordSchemas.Of<CustomObject>();

    public static ObjectSchema Of(string kind, string group, string version, JSONSchemaProps source)
    {
        var fields = source.Properties.Where(property => Machinery.Find(property.Key) is null).Select(property => FieldOf(property.Key, property.Value, kind));
        return new ObjectSchema(kind, PackageOf(group), [.. Machinery.Fields, .. fields])
        {
            Version = version,
            KeepsUnknown = source.XPreserveUnknownFields == true,
            IsCustom = true,
            Origin = source,
            Documentation = new(source.Description, null),
        };
    }

    /// <summary>A group's name with its parts reversed, as packages are named: stable.example.com is com.example.stable.</summary>
    private static string PackageOf(string group) => string.Join('.', group.Split('.').Reverse());

    private static FieldSchema FieldOf(string name, JSONSchemaProps source, string owner) => new(name, ValueOf(source, name), FactsOf(source), owner)
    {
        Documentation = new(source.Description, null),
    };

    private static FieldAttribute FactsOf(JSONSchemaProps source) => new(0)
    {
        List = source.XListType switch { "set" => ListType.Set, "map" => ListType.Map, _ => ListType.Atomic },
        ListKeys = source.XListMapKeys.IsEmpty ? null : string.Join(',', source.XListMapKeys),
        AtomicMap = source.XMapType == "atomic",
    };

    private static ValueSchema ValueOf(JSONSchemaProps source, string name) => source switch
    {
        { XIntOrString: true } => ValueSchema.Scalar(ValueShape.IntOrString),
        { Type: "array", Items.Schema: { } items } => ValueSchema.ListOf(ValueOf(items, name)),
        { Type: "object", AdditionalProperties.Schema: { } values } => ValueSchema.MapOf(ValueOf(values, name)),
        { Type: "object", AdditionalProperties.Allows: true } => ValueSchema.MapOf(ValueSchema.Anything),
        { Type: "object" } => Lazily(source, name),
        { Type: "string" } => ValueSchema.Scalar(ValueShape.String),
        { Type: "boolean" } => ValueSchema.Scalar(ValueShape.Boolean),
        { Type: "integer" } => ValueSchema.Scalar(ValueShape.Int64),
        { Type: "number" } => ValueSchema.Scalar(ValueShape.Number),
        _ => ValueSchema.Anything,
    };

    /// <summary>Made when it is first asked for: only some of those who look at a kind look into it.</summary>
    private static ValueSchema Lazily(JSONSchemaProps source, string name)
    {
        var made = new Lazy<ObjectSchema>(() => new ObjectSchema(
            name, "", [.. source.Properties.Select(property => FieldOf(property.Key, property.Value, name))])
        {
            IsAtomic = source.XMapType == "atomic",
            KeepsUnknown = source.XPreserveUnknownFields == true || source.XEmbeddedResource,
            IsCustom = true,
        });
        return ValueSchema.Of(() => made.Value);
    }
}
