namespace Coppice.Objects;

/// <summary>A kind of object in one version: as clients name it (group, version, name), and as it stands in a URL (group, version, resource).</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Name">As in an object's "kind" field.</param>
/// <param name="Resource">The plural, as in a URL.</param>
/// <param name="Type">The record that holds it.</param>
public sealed record Kind(
    string Group,
    string Version,
    string Resource,
    string Name,
    string Singular,
    bool Namespaced,
    Type Type,
    Subresources Subresources)
{
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Since when there is something better and what, as in "in v1.33+; use discovery.k8s.io/v1 EndpointSlice"; else null.</summary>
    public string? Deprecated { get; init; }

    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As in messages: "pods", "deployments.apps".</summary>
    public string QualifiedResource { get; } = Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public TypeSchema Schema => TypeSchema.Of(Type);

    public bool Has(Subresources subresource) => (Subresources & subresource) != 0;
}
