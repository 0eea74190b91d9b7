using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>ResourceClaims: what is asked for cannot be changed.</summary>
internal sealed class ResourceClaimStrategy : KindStrategy<ResourceClaim>
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override ResourceClaim Default(ResourceClaim item) => item with { Spec = DeviceDefaults.Of(item.Spec) };

    public override ResourceClaim PrepareForCreate(ResourceClaim item) => item with { Status = new() };

    public override ResourceClaim PrepareForUpdate(ResourceClaim item, ResourceClaim old) => item with { Status = old.Status };

    /// <summary>What drivers said of devices goes with these.</summary>
    public override ResourceClaim PrepareForStatusUpdate(ResourceClaim item, ResourceClaim old) => item with
    {
        Metadata = KeptMetadata(item, old),
        Spec = old.Spec,
        Status = item.Status.Allocation is null && old.Status.Allocation is not null ? item.Status with { Devices = [] } : item.Status,
    };

    public override Findings<FieldError> Validate(ResourceClaim item) => DeviceClaimValidation.Claim(SpecPath, item.Spec);

    public override Findings<FieldError> ValidateUpdate(ResourceClaim item, ResourceClaim old) =>
        [.. FieldRules.Unchanged(SpecPath, item.Spec, old.Spec), .. DeviceClaimValidation.Claim(SpecPath, item.Spec)];

    public override Findings<FieldError> ValidateStatusUpdate(ResourceClaim item, ResourceClaim old) => DeviceAllocationValidation.Status(item, old);
}
