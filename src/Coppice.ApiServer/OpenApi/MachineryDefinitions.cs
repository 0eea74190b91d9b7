using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The definitions of values that are a single JSON value in the API, and of what only the machinery knows.</summary>
internal static class MachineryDefinitions
{
    private static readonly Dictionary<string, SchemaNode> Known = new(StringComparer.Ordinal)
    {
        [DefinitionNames.Time] = new() { Type = "string", Format = "date-time", Description = "A moment in RFC 3339 form, to the second." },
        [DefinitionNames.MicroTime] = new() { Type = "string", Format = "date-time", Description = "A moment in RFC 3339 form, to the microsecond." },
        [DefinitionNames.FieldsV1] = new() { Type = "object", Description = "A set of fields as a tree: each name is a path's next step." },
        [DefinitionNames.RawExtension] = new() { Type = "object", Description = "Any object; the server does not look inside." },
        [DefinitionNames.Json] = new() { Description = "Any JSON: an object, a list, a text, a number, true or false." },
        [DefinitionNames.Patch] = new() { Type = "object", Description = "A change to an object, of the kind that the content type names." },
        [DefinitionNames.Quantity] = new()
        {
            Type = "string",
            OneOf = ["string", "number"],
            Description = "An amount with an optional suffix: 500m is half of one, 2k two thousand, 64Mi sixty-four times 2^20. "
                + "Suffixes of tens are n, u, m, k, M, G, T, P, E; those of twos are Ki, Mi, Gi, Ti, Pi, Ei.",
        },
        [DefinitionNames.IntOrString] = new()
        {
            Type = "string",
            Format = "int-or-string",
            OneOf = ["integer", "string"],
            Description = "A whole number, or a text such as a name or a percentage.",
        },
    };

    public static SchemaNode? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>One event of a watch.</summary>
    public static SchemaNode WatchEvent(IEnumerable<KindName> kinds) => new()
    {
        Type = "object",
        Description = "One change that a watch reports.",
        Properties =
        [
            new("object", SchemaNode.To(DefinitionNames.RawExtension) with { Description = "The object after the change; before it, when it was deleted." }),
            new("type", new SchemaNode { Type = "string", Description = "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR." }),
        ],
        Required = ["type", "object"],
        Extensions = [KindExtension.OfDefinition(kinds)],
    };

    /// <summary>A list of a kind.</summary>
    public static SchemaNode List(string element, string elementKind, KindName kind) => new()
    {
        Type = "object",
        Description = $"A list of objects of the kind {elementKind}.",
        Properties =
        [
            new("apiVersion", new SchemaNode { Type = "string", Description = "The group and version of the kind." }),
            new("items", new SchemaNode { Type = "array", Items = SchemaNode.To(element), Description = "The objects, by namespace and name." }),
            new("kind", new SchemaNode { Type = "string", Description = "What kind of list this is." }),
            new("metadata", SchemaNode.To(DefinitionNames.ListMeta) with { Description = "The revision of the list, and where its next page starts." }),
        ],
        Required = ["items"],
        Extensions = [KindExtension.OfDefinition([kind])],
    };
}
