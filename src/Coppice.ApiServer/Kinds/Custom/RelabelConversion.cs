using Coppice.ApiServer.Schemas;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Versions that differ in name: an object of one becomes one of another by its apiVersion, and loses what that one does not know.</summary>
internal sealed class RelabelConversion(IReadOnlyDictionary<string, StructuralSchema> schemas, string served, string stored) : IConversion
{
    public KubernetesObject ToStored(KubernetesObject item) => Relabel((CustomObject)item, stored);

    public KubernetesObject FromStored(KubernetesObject item) => Relabel((CustomObject)item, served);

    private CustomObject Relabel(CustomObject item, string apiVersion) => item.ApiVersion == apiVersion
        ? item
        : CustomObjectFormat.Fit(item with { ApiVersion = apiVersion }, schemas[apiVersion], completes: false, null);
}
