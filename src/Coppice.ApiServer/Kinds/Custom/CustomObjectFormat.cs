using Coppice.ApiServer.Schemas;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Objects of a definition: pruned and completed by the schema of the version that they are in, whenever they are read.</summary>
/// <param name="schemas">By apiVersion; what is stored may be of any.</param>
/// <param name="apiVersion">Of an object that does not say.</param>
internal sealed class CustomObjectFormat(IReadOnlyDictionary<string, StructuralSchema> schemas, string apiVersion) : IObjectFormat
{
    public bool Rewrites => true;

    public KubernetesObject Read(ReadOnlySpan<byte> json) => Read(json, null);

    KubernetesObject IObjectFormat.Read(ReadOnlySpan<byte> json, List<string> dropped) => Read(json, dropped);

    /// <summary>The object as its schema has it.</summary>
    public static CustomObject Fit(CustomObject item, StructuralSchema schema, bool completes, List<string>? dropped)
    {
        var fields = SchemaFitting.FitFields(item.Fields, schema, completes, dropped);
        return fields == item.Fields ? item : item with { Fields = fields };
    }

    private CustomObject Read(ReadOnlySpan<byte> json, List<string>? dropped)
    {
        var item = ApiJson.Read<CustomObject>(json);
        var schema = schemas.GetValueOrDefault(item.ApiVersion ?? apiVersion) ?? schemas[apiVersion];
        return Fit(item, schema, completes: true, dropped);
    }
}
