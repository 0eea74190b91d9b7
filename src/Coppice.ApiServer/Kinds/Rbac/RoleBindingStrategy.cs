using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>RoleBindings.</summary>
internal sealed class RoleBindingStrategy : KindStrategy<RoleBinding>
{
    public override RoleBinding Default(RoleBinding item) => item with
    {
        RoleRef = BindingDefaults.Of(item.RoleRef),
        Subjects = BindingDefaults.Of(item.Subjects),
    };

    public override Findings<FieldError> Validate(RoleBinding item) => RbacValidation.Binding(item.RoleRef, item.Subjects, isNamespaced: true);

    public override Findings<FieldError> ValidateUpdate(RoleBinding item, RoleBinding old) =>
        [.. Validate(item), .. RbacValidation.SameRole(item.RoleRef, old.RoleRef)];
}

/// <summary>The groups that clients leave out.</summary>
internal static class BindingDefaults
{
    public static RoleRef Of(RoleRef role) => role.ApiGroup.Length > 0 ? role : role with { ApiGroup = RbacValidation.Group };

    public static ValueList<Subject> Of(ValueList<Subject> subjects) => subjects.ConvertAll(
        subject => string.IsNullOrEmpty(subject.ApiGroup) && subject.Kind is SubjectKind.User or SubjectKind.Group
            ? subject with { ApiGroup = RbacValidation.Group }
            : subject);
}
