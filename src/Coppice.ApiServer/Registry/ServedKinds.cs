using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Registry;

/// <summary>The kinds that the API serves at one moment. What is derived from them (discovery, OpenAPI) goes by the instance.</summary>
public sealed class ServedKinds
{
    private readonly Dictionary<(string Group, string Version, string Resource), ServedKind> _byResource;
    private readonly Dictionary<(string ApiVersion, string Name), ServedKind> _byName;
    private readonly Dictionary<Kind, ServedKind> _byKind;

    public ServedKinds(IReadOnlyList<ServedKind> all)
    {
        All = all;
        _byResource = all.ToDictionary(one => (one.Kind.Group, one.Kind.Version, one.Kind.Resource));
        _byName = all.ToDictionary(one => (one.Kind.ApiVersion, one.Kind.Name));
        _byKind = all.ToDictionary(one => one.Kind);
    }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ServedKind> All { get; }

    /// <exception cref="KeyNotFoundException">The kind is not served, or no longer.</exception>
    public ServedKind Of(Kind kind) => _byKind[kind];

    public ServedKind? Find(string group, string version, string resource) => _byResource.GetValueOrDefault((group, version, resource));

    public ServedKind? FindKind(string apiVersion, string name) => _byName.GetValueOrDefault((apiVersion, name));
}
