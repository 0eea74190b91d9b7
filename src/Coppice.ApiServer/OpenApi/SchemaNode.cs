namespace Coppice.ApiServer.OpenApi;

/// <summary>The description of a value, before it is written in one of OpenAPI's versions and encodings.</summary>
internal sealed record SchemaNode
{
    /// <summary>The name of the definition that says the rest; null for a schema that stands for itself.</summary>
    public string? Reference { get; init; }

    /// <summary>As OpenAPI names it: "string", "integer", "object" …; null for any value at all.</summary>
    public string? Type { get; init; }

    /// <summary>
    /// The types a value may have, for the few values that may have several. Version 2 has no way to say so, and has <see cref="Type"/>.
    /// </summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    public string? Format { get; init; }

    public string? Description { get; init; }

    /// <summary>JSON.</summary>
    public string? Default { get; init; }

    /// <summary>What an "array" holds.</summary>
    public SchemaNode? Items { get; init; }

    /// <summary>What an "object" with free names holds.</summary>
    public SchemaNode? Values { get; init; }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<KeyValuePair<string, SchemaNode>> Properties { get; init; } = [];

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<VendorExtension> Extensions { get; init; } = [];

    /// <summary>What else is asked of the value, in OpenAPI's words.</summary>
    public IReadOnlyList<VendorExtension> Keywords { get; init; } = [];

    /// <summary>What else is asked of the value, in words that version 2 does not have.</summary>
    public IReadOnlyList<VendorExtension> NewKeywords { get; init; } = [];

    /// <summary>Version 2 cannot say what the value is (it may be null, or of several types, or have unknown fields), and so says nothing.</summary>
    public bool IsOpaque { get; init; }

    public static SchemaNode To(string definition) => new() { Reference = definition };
}

/// <summary>A fact that OpenAPI has no word for, as in "x-kubernetes-list-type".</summary>
internal readonly record struct VendorExtension(string Name, string Json);
