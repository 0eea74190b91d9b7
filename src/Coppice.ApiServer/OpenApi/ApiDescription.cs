using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>A part of the API before it is written in one of OpenAPI's versions and encodings: what may be done there, and with what.</summary>
/// <param name="Schemas">By the names of the definitions, in alphabetical order.</param>
internal sealed record ApiDescription(IReadOnlyList<ApiPath> Paths, IReadOnlyDictionary<string, SchemaNode> Schemas)
{
    public static ApiDescription Nothing { get; } = new([], new Dictionary<string, SchemaNode>());

    /// <param name="versions">Those that are described.</param>
    /// <param name="all">Every version served: the machinery's own kinds are those of all of them that are not made at run time.</param>
    public static ApiDescription Of(IReadOnlyList<ServedVersion> versions, IEnumerable<ServedVersion> all) =>
        new([.. versions.SelectMany(OperationTable.Of)], Definitions.Of(versions, all));
}

/// <summary>A version of a group that somebody else serves, as described there.</summary>
/// <param name="Root">Where its resources are: "/apis/GROUP/VERSION".</param>
/// <param name="Version3">Where it is described in OpenAPI version 3, with the hash; null where it is not, and version 2 is all there is.</param>
/// <param name="Tag">Another one as soon as version 2 says something else.</param>
internal sealed record OtherDescription(string Root, string? Version3, string Tag, ApiDescription Version2);
