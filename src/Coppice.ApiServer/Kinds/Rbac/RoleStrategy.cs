using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>Roles.</summary>
internal sealed class RoleStrategy : KindStrategy<Role>
{
    public override Findings<FieldError> Validate(Role item) => RbacValidation.Rules(item.Rules, isNamespaced: true);
}
