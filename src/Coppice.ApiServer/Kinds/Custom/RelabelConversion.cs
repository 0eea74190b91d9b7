using Coppice.ApiServer.Schemas;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Versions that differ in name: an object of one becomes one of another by its apiVersion, and loses what that one does not know.</summary>
/// <param name="schemas">By apiVersion.</param>
internal sealed class RelabelConversion(IReadOnlyDictionary<string, StructuralSchema> schemas) : IConversion
{
    public ValueTask<IReadOnlyList<KubernetesObject>> ConvertAsync(
        IReadOnlyList<KubernetesObject> items, string apiVersion, CancellationToken stop) =>
        new([.. items.Select(item => item.ApiVersion == apiVersion ? item : Relabel((CustomObject)item, apiVersion))]);

    private CustomObject Relabel(CustomObject item, string apiVersion) =>
        CustomObjectFormat.Fit(item with { ApiVersion = apiVersion }, schemas[apiVersion], completes: false, null);
}
