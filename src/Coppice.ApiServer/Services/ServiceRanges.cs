using System.Net;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Services;

/// <summary>
/// The ranges that services get their addresses from: the cluster's own, and those of every ServiceCIDR that is ready and stays, of the
/// families that the cluster has.
/// </summary>
/// <param name="own">Always there, whatever becomes of the object that shows it.</param>
internal sealed class ServiceRanges(ObjectStorage storage, ValueList<IPNetwork> own)
{
    private readonly LiveView<ServiceCIDR, IReadOnlyList<IPNetwork>> _ranges = new(
        new LiveObjects<ServiceCIDR>(storage),
        all => [.. own, .. all.Values.Where(IsUsed).SelectMany(one => one.Spec.Cidrs).Select(IPNetwork.Parse).Where(IsOther(own)).Distinct()]);

    /// <summary>The cluster's own ranges first.</summary>
    public ValueTask<IReadOnlyList<IPNetwork>> NowAsync(CancellationToken stop) => _ranges.NowAsync(stop);

    private static bool IsUsed(ServiceCIDR item) => item.Metadata.DeletionTimestamp is null
        && item.Status.Conditions.Any(one => one is { Type: ServiceRangeConditions.Ready, Status: ConditionStatus.True });

    private static Func<IPNetwork, bool> IsOther(ValueList<IPNetwork> own) =>
        range => !own.Contains(range) && own.Any(one => ClusterRanges.IsV6(one) == ClusterRanges.IsV6(range));
}
