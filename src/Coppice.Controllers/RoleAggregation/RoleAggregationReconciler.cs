using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.Controllers.RoleAggregation;

/// <summary>Keeps ClusterRoles that are made of others equal to these: admin, edit, view, and whatever else has an aggregation rule.</summary>
internal sealed class RoleAggregationReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<ClusterRole> _roles = caches.Of<ClusterRole>();

    /// <summary>A role that is made of others may be one of those that another is made of.</summary>
    public Controller Declare(Controller controller) => controller.WokenBy(
        _roles, change => _roles.Items.Append(change.Item).Where(role => role.AggregationRule is not null).Select(ObjectKey.Of).Distinct());

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_roles.Find(key) is { Metadata.DeletionTimestamp: null, AggregationRule: { } aggregation } role
            && Plan(key.Name, aggregation, _roles.Items) is var rules
            && rules != role.Rules)
        {
            await _roles.ExpectAsync(await api.UpdateAsync(role with { Rules = rules }, stop), time, stop);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The rules of all roles that are selected, selector by selector and in the order of their names, each rule once.</summary>
    internal static ValueList<PolicyRule> Plan(string name, AggregationRule aggregation, IEnumerable<ClusterRole> roles)
    {
        var others = roles.Where(role => role.Metadata.Name != name).OrderBy(role => role.Metadata.Name, StringComparer.Ordinal).ToList();
        return aggregation.ClusterRoleSelectors
            .Select(LabelQuery.Of)
            .SelectMany(query => others.Where(role => query.Matches(role.Metadata.Labels)))
            .SelectMany(role => role.Rules)
            .Distinct()
            .ToValueList();
    }
}
