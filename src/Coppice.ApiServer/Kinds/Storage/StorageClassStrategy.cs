using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>StorageClasses: what they make does not change, whom they allow to grow does.</summary>
internal sealed class StorageClassStrategy : KindStrategy<StorageClass>
{
    public override StorageClass Default(StorageClass item) => item with
    {
        ReclaimPolicy = item.ReclaimPolicy ?? PersistentVolumeReclaimPolicy.Delete,
        VolumeBindingMode = item.VolumeBindingMode ?? VolumeBindingMode.Immediate,
    };

    public override Findings<FieldError> Validate(StorageClass item) => StorageValidation.Class(item);

    public override Findings<FieldError> ValidateUpdate(StorageClass item, StorageClass old) =>
    [
        .. Validate(item),
        .. StorageValidation.Kept("parameters", item.Parameters, old.Parameters),
        .. StorageValidation.Kept("provisioner", item.Provisioner, old.Provisioner),
        .. StorageValidation.Kept("reclaimPolicy", item.ReclaimPolicy, old.ReclaimPolicy),
        .. FieldRules.Unchanged(FieldPath.Of("volumeBindingMode"), item.VolumeBindingMode, old.VolumeBindingMode),
    ];
}
