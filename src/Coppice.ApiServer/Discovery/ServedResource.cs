using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Discovery;

/// <summary>A resource that clients may ask for, with its further doors.</summary>
/// <param name="Name">The plural, as in a URL.</param>
/// <param name="Verbs">In alphabetical order, as clients print them.</param>
/// <param name="Schema">What its requests and answers look like.</param>
public sealed record ServedResource(string Name, string Singular, KindName Kind, bool Namespaced, IReadOnlyList<string> Verbs, ObjectSchema Schema)
{
    /// <summary>As in the "kind" field of a list of them.</summary>
    public string ListName { get; init; } = $"{Kind.Kind}List";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Changes with the version that its objects are stored in, and tells nothing else; null where the server stores none.</summary>
    public string? StorageVersionHash { get; init; }

    /// <summary>Who deletes one is answered with it as it was last.</summary>
    public bool AnswersDeleted { get; init; }

    /// <summary>There is no message of its objects in protobuf.</summary>
    public bool IsTextOnly { get; init; }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];
}

/// <summary>One version of a group, with its resources in alphabetical order.</summary>
public sealed record ServedVersion(string Group, string Version, IReadOnlyList<ServedResource> Resources)
{
    /// <summary>As in a manifest: "v1", "apps/v1".</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>It was made at run time, by definitions.</summary>
    public bool IsCustom { get; } = Resources.Any(resource => resource.Schema.IsCustom);

    /// <summary>Whoever serves it cannot be asked, and this is what was known of it last.</summary>
    public bool IsStale { get; init; }

    /// <summary>Where its resources are served: "/api/v1", "/apis/apps/v1".</summary>
    public string Root { get; } = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
}

/// <summary>A group with its versions, the preferred one first.</summary>
public sealed record ServedGroup(string Name, IReadOnlyList<ServedVersion> Versions);
