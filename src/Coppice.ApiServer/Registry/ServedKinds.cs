using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Registry;

/// <summary>The kinds that the API serves at one moment. What is derived from them (discovery, OpenAPI) goes by the instance.</summary>
public sealed class ServedKinds
{
    private readonly Dictionary<(string Group, string Version, string Resource), ServedKind> _byResource;

    public ServedKinds(IReadOnlyList<ServedKind> all)
    {
        All = all;
        _byResource = all.ToDictionary(one => (one.Kind.Group, one.Kind.Version, one.Kind.Resource));
    }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ServedKind> All { get; }

    public ServedKind? Find(string group, string version, string resource) => _byResource.GetValueOrDefault((group, version, resource));
}
