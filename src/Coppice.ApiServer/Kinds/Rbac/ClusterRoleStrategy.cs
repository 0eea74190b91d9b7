using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>ClusterRoles.</summary>
internal sealed class ClusterRoleStrategy : KindStrategy<ClusterRole>
{
    public override Findings<FieldError> Validate(ClusterRole item) =>
        [.. RbacValidation.Rules(item.Rules, isNamespaced: false), .. RbacValidation.Aggregation(item.AggregationRule)];
}
