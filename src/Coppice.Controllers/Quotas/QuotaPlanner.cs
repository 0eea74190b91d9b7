using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Quotas;

/// <summary>What of a quota is used.</summary>
/// <param name="NextLookAt">When a pod that nobody ends is counted no more.</param>
internal sealed record QuotaPlan(ResourceQuotaStatus Status, DateTimeOffset? NextLookAt);

internal static class QuotaPlanner
{
    /// <param name="objects">The objects of the quota's namespace, by kind: of all kinds that the quota limits.</param>
    public static QuotaPlan Plan(ResourceQuota quota, IEnumerable<(Kind Kind, IReadOnlyList<KubernetesObject> Items)> objects, DateTimeOffset now)
    {
        var hard = quota.Spec.Hard;
        var used = new Dictionary<string, Quantity>();
        DateTimeOffset? next = null;
        foreach (var (kind, items) in objects)
        {
            var isCount = QuotaUsage.IsOneEach(kind) && !QuotaScopes.IsScoped(quota);
            foreach (var name in hard.Keys.Where(name => QuotaUsage.IsOf(kind, name)))
            {
                used.TryAdd(name, isCount ? Quantity.FromUnits(items.Count) : default);
            }

            foreach (var item in isCount ? [] : items.Where(item => QuotaScopes.Count(quota, item)))
            {
                foreach (var (name, amount) in QuotaUsage.Of(kind, item, now).Where(amount => used.ContainsKey(amount.Key)))
                {
                    used[name] += amount;
                }

                if (QuotaUsage.ReleasedAt(item) is { } at && at > now && !(next < at))
                {
                    next = at;
                }
            }
        }

        return new(new() { Hard = hard, Used = used.ToValueMap() }, next);
    }
}
