using System.Collections.Immutable;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.OpenApi;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Aggregation;

/// <summary>A version of a group that somebody else serves, and what is known of it.</summary>
/// <param name="Spec">With the service behind which it is.</param>
/// <param name="IsAvailable">It was there when it was last looked for.</param>
/// <param name="Resources">What it said then that it serves.</param>
internal sealed record RemoteApi(APIServiceSpec Spec, bool IsAvailable, ValueList<ServedResource> Resources)
{
    /// <summary>What its objects look like; null as long as it has not said so.</summary>
    public OtherDescription? Described { get; init; }

    public string Group => Spec.Group ?? "";

    public string Version => Spec.Version ?? "";

    /// <summary>Where its resources are served.</summary>
    public string Root => $"/apis/{Group}/{Version}";

    public ObjectKey Service => new(Spec.Service!.Namespace ?? "", Spec.Service.Name ?? "");
}

/// <summary>Everything of this API that others serve. Whoever reads sees one state.</summary>
internal sealed class RemoteApis
{
    private readonly Lock _gate = new();
    private volatile ImmutableSortedDictionary<string, RemoteApi> _all = ImmutableSortedDictionary.Create<string, RemoteApi>(StringComparer.Ordinal);

    /// <summary>By name, as in "v1.example.com"; the same instance as long as nothing has changed.</summary>
    public ImmutableSortedDictionary<string, RemoteApi> All => _all;

    /// <summary>Null if nobody else serves that.</summary>
    public RemoteApi? Find(string group, string version) => _all.IsEmpty ? null : _all.GetValueOrDefault($"{version}.{group}");

    /// <summary>Each is written by one at a time; several may be at once.</summary>
    /// <param name="api">Null if nobody else serves it, or no longer.</param>
    public void Set(string name, RemoteApi? api)
    {
        lock (_gate)
        {
            if (api is null)
            {
                _all = _all.Remove(name);
            }
            else if (_all.GetValueOrDefault(name) != api)
            {
                _all = _all.SetItem(name, api);
            }
        }
    }
}
