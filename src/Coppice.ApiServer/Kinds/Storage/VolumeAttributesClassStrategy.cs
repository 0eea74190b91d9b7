using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>VolumeAttributesClasses: none of them changes, a volume changes its class.</summary>
internal sealed class VolumeAttributesClassStrategy : KindStrategy<VolumeAttributesClass>
{
    public override Findings<FieldError> Validate(VolumeAttributesClass item) => StorageValidation.AttributesClass(item);

    public override Findings<FieldError> ValidateUpdate(VolumeAttributesClass item, VolumeAttributesClass old) =>
    [
        .. StorageValidation.Kept("driverName", item.DriverName, old.DriverName),
        .. StorageValidation.Kept("parameters", item.Parameters, old.Parameters),
        .. Validate(item),
    ];
}
