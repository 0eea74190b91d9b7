using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>CSINodes: their drivers come and go, and do not change.</summary>
internal sealed class CSINodeStrategy : KindStrategy<CSINode>
{
    public override Findings<FieldError> Validate(CSINode item) => StorageValidation.Node(item.Spec);

    public override Findings<FieldError> ValidateUpdate(CSINode item, CSINode old) =>
        [.. Validate(item), .. StorageValidation.NodeUnchanged(item.Spec, old.Spec)];
}
