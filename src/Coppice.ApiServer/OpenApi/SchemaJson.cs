using System.Text.Json;
using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>Writes schemas as JSON, in the words of OpenAPI version 2 or 3.</summary>
internal sealed class SchemaJson(Utf8JsonWriter json, string referencePrefix, bool version3)
{
    public static SchemaJson Version2(Utf8JsonWriter json) => new(json, "#/definitions/", version3: false);

    public static SchemaJson Version3(Utf8JsonWriter json) => new(json, "#/components/schemas/", version3: true);

    public void WriteDefinitions(string name, IReadOnlyDictionary<string, SchemaNode> definitions)
    {
        json.WriteStartObject(name);
        foreach (var (key, definition) in definitions)
        {
            json.WritePropertyName(key);
            Write(definition);
        }

        json.WriteEndObject();
    }

    public void WriteReference(string definition)
    {
        json.WriteStartObject();
        json.WriteString("$ref", referencePrefix + definition);
        json.WriteEndObject();
    }

    /// <param name="definition">Null for plain text.</param>
    public void WriteReferenceOrText(string? definition)
    {
        if (definition is not null)
        {
            WriteReference(definition);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteEndObject();
    }

    public void WriteExtensions(IEnumerable<VendorExtension> extensions)
    {
        foreach (var extension in extensions)
        {
            json.WritePropertyName(extension.Name);
            json.WriteRawValue(extension.Json);
        }
    }

    /// <summary>What a schema says, without the braces around it.</summary>
    public void WriteMembers(SchemaNode node)
    {
        if (node.Description is not null)
        {
            json.WriteString("description", node.Description);
        }

        if (node.Default is not null)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(node.Default);
        }

        WriteReferenceOf(node);
        if (version3 || !node.IsOpaque)
        {
            WriteType(node);
            WriteContent(node);
            WriteExtensions(node.Keywords);
        }

        WriteExtensions(version3 ? node.NewKeywords : []);
        WriteExtensions(node.Extensions);
    }

    private void Write(SchemaNode node)
    {
        json.WriteStartObject();
        WriteMembers(node);
        json.WriteEndObject();
    }

    /// <summary>In version 3 nothing may stand beside a reference, so one that has more to say is wrapped.</summary>
    private void WriteReferenceOf(SchemaNode node)
    {
        if (node.Reference is not { } reference)
        {
            return;
        }

        if (version3 && (node.Description is not null || node.Default is not null || node.Extensions.Count > 0))
        {
            json.WriteStartArray("allOf");
            WriteReference(reference);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("$ref", referencePrefix + reference);
        }
    }

    private void WriteType(SchemaNode node)
    {
        if (version3 && node.OneOf.Count > 0)
        {
            json.WriteStartArray("oneOf");
            foreach (var type in node.OneOf)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
        else if (node.Type is not null)
        {
            json.WriteString("type", node.Type);
        }

        if (node.Format is not null)
        {
            json.WriteString("format", node.Format);
        }
    }

    private void WriteContent(SchemaNode node)
    {
        if (node.Items is not null)
        {
            json.WritePropertyName("items");
            Write(node.Items);
        }

        if (node.Values is not null)
        {
            json.WritePropertyName("additionalProperties");
            Write(node.Values);
        }

        if (node.Properties.Count > 0)
        {
            json.WriteStartObject("properties");
            foreach (var (name, property) in node.Properties)
            {
                json.WritePropertyName(name);
                Write(property);
            }

            json.WriteEndObject();
        }

        json.WriteStringsIfAny("required", node.Required);
    }
}
