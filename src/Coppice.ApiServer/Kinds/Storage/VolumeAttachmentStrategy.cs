using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>VolumeAttachments: what is asked for never changes, and the driver tells what became of it.</summary>
internal sealed class VolumeAttachmentStrategy : KindStrategy<VolumeAttachment>
{
    public override VolumeAttachment Default(VolumeAttachment item) => item.Spec.Source.InlineVolumeSpec is { } inline
        ? item with { Spec = item.Spec with { Source = item.Spec.Source with { InlineVolumeSpec = PersistentVolumeStrategy.Default(inline) } } }
        : item;

    public override VolumeAttachment PrepareForCreate(VolumeAttachment item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override VolumeAttachment PrepareForUpdate(VolumeAttachment item, VolumeAttachment old) =>
        item with { Metadata = StatusMetadata(item, old), Status = old.Status };

    public override VolumeAttachment PrepareForStatusUpdate(VolumeAttachment item, VolumeAttachment old) =>
        item with { Metadata = KeptMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(VolumeAttachment item) => StorageValidation.Attachment(item);

    public override Findings<FieldError> ValidateUpdate(VolumeAttachment item, VolumeAttachment old) =>
        [.. Validate(item), .. FieldRules.Unchanged(FieldPath.Of("spec"), item.Spec, old.Spec)];

    public override Findings<FieldError> ValidateStatusUpdate(VolumeAttachment item, VolumeAttachment old) => StorageValidation.AttachmentStatus(item.Status);
}
