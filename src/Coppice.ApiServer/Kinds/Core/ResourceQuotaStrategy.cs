using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>ResourceQuotas.</summary>
internal sealed class ResourceQuotaStrategy : KindStrategy<ResourceQuota>
{
    public override ResourceQuota Default(ResourceQuota item) => item with
    {
        Spec = item.Spec with { Hard = ContainerDefaults.RoundUp(item.Spec.Hard) },
        Status = new() { Hard = ContainerDefaults.RoundUp(item.Status.Hard), Used = ContainerDefaults.RoundUp(item.Status.Used) },
    };

    public override ResourceQuota PrepareForCreate(ResourceQuota item) => item with { Status = new() };

    public override ResourceQuota PrepareForUpdate(ResourceQuota item, ResourceQuota old) => item with { Status = old.Status };

    public override ResourceQuota PrepareForStatusUpdate(ResourceQuota item, ResourceQuota old) => item with { Spec = old.Spec };

    public override Findings<FieldError> Validate(ResourceQuota item) => QuotaValidation.Spec(item.Spec);

    public override Findings<FieldError> ValidateUpdate(ResourceQuota item, ResourceQuota old) =>
    [
        .. Validate(item),
        .. FieldRules.If(
            !item.Spec.Scopes.ToHashSet().SetEquals(old.Spec.Scopes),
            () => FieldError.Invalid(FieldPath.Of("spec", "scopes"), item.Spec.Scopes, FieldRules.Immutable)),
    ];

    public override Findings<FieldError> ValidateStatusUpdate(ResourceQuota item, ResourceQuota old) =>
    [
        .. QuotaValidation.Amounts(FieldPath.Of("status", "hard"), item.Status.Hard),
        .. QuotaValidation.Amounts(FieldPath.Of("status", "used"), item.Status.Used),
    ];
}
