using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>Owners that an object names twice are kept once, and who writes is told, in Kubernetes' words.</summary>
internal static class RepeatedOwners
{
    /// <param name="isMutated">Who mutates may have added them.</param>
    public static KubernetesObject? Drop(WriteRequest request, KubernetesObject? item, bool isMutated)
    {
        if (item is not { Metadata.OwnerReferences: { Count: > 1 } owners })
        {
            return item;
        }

        var seen = new HashSet<OwnerReference>(owners.Count);
        var repeated = owners.Where(owner => !seen.Add(owner)).Select(owner => owner.Uid).ToList();
        if (repeated.Count == 0)
        {
            return item;
        }

        request.Notes?.Warn(
            $".metadata.ownerReferences contains duplicate entries{(isMutated ? " after mutating admission happens" : "")}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {string.Join(", ", repeated)}");
        return item with { Metadata = item.Metadata with { OwnerReferences = owners.Distinct().ToValueList() } };
    }
}
