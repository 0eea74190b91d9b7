using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>DeviceClasses.</summary>
internal sealed class DeviceClassStrategy : KindStrategy<DeviceClass>
{
    public override DeviceClass PrepareForCreate(DeviceClass item) => item with { Metadata = FirstGeneration(item) };

    public override DeviceClass PrepareForUpdate(DeviceClass item, DeviceClass old) => item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(DeviceClass item) => DeviceClaimValidation.Class(FieldPath.Of("spec"), item.Spec);
}
