using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>CSIStorageCapacities: what they are about does not change, how much room there is does.</summary>
internal sealed class CSIStorageCapacityStrategy : KindStrategy<CSIStorageCapacity>
{
    public override CSIStorageCapacity PrepareForCreate(CSIStorageCapacity item) => item with { Metadata = FirstGeneration(item) };

    public override CSIStorageCapacity PrepareForUpdate(CSIStorageCapacity item, CSIStorageCapacity old) =>
        item with { Metadata = StatusMetadata(item, old) };

    public override Findings<FieldError> Validate(CSIStorageCapacity item) => StorageValidation.Capacity(item);

    public override Findings<FieldError> ValidateUpdate(CSIStorageCapacity item, CSIStorageCapacity old) =>
    [
        .. Validate(item),
        .. FieldRules.Unchanged(FieldPath.Of("nodeTopology"), item.NodeTopology, old.NodeTopology),
        .. FieldRules.Unchanged(FieldPath.Of("storageClassName"), item.StorageClassName, old.StorageClassName),
    ];
}
