using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>ClusterRoleBindings.</summary>
internal sealed class ClusterRoleBindingStrategy : KindStrategy<ClusterRoleBinding>
{
    public override ClusterRoleBinding Default(ClusterRoleBinding item) => item with
    {
        RoleRef = BindingDefaults.Of(item.RoleRef),
        Subjects = BindingDefaults.Of(item.Subjects),
    };

    public override Findings<FieldError> Validate(ClusterRoleBinding item) => RbacValidation.Binding(item.RoleRef, item.Subjects, isNamespaced: false);

    public override Findings<FieldError> ValidateUpdate(ClusterRoleBinding item, ClusterRoleBinding old) =>
        [.. Validate(item), .. RbacValidation.SameRole(item.RoleRef, old.RoleRef)];
}
