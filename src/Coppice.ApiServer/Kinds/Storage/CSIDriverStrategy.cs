using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>CSIDrivers: what they can do is counted in generations.</summary>
internal sealed class CSIDriverStrategy : KindStrategy<CSIDriver>
{
    public override CSIDriver Default(CSIDriver item) => item with
    {
        Spec = item.Spec with
        {
            AttachRequired = item.Spec.AttachRequired ?? true,
            PodInfoOnMount = item.Spec.PodInfoOnMount ?? false,
            StorageCapacity = item.Spec.StorageCapacity ?? false,
            FsGroupPolicy = item.Spec.FsGroupPolicy ?? FSGroupPolicy.ReadWriteOnceWithFSType,
            VolumeLifecycleModes = item.Spec.VolumeLifecycleModes.IsEmpty ? [VolumeLifecycleMode.Persistent] : item.Spec.VolumeLifecycleModes,
            RequiresRepublish = item.Spec.RequiresRepublish ?? false,
            SeLinuxMount = item.Spec.SeLinuxMount ?? false,
        },
    };

    public override CSIDriver PrepareForCreate(CSIDriver item) => item with { Metadata = FirstGeneration(item) };

    public override CSIDriver PrepareForUpdate(CSIDriver item, CSIDriver old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(CSIDriver item) => StorageValidation.Driver(item.Spec);

    public override Findings<FieldError> ValidateUpdate(CSIDriver item, CSIDriver old) =>
        [.. Validate(item), .. StorageValidation.DriverUnchanged(item.Spec, old.Spec)];
}
