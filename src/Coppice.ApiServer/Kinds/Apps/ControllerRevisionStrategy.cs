using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;
namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>ControllerRevisions: what was recorded stays as it is, however it is written.</summary>
internal sealed class ControllerRevisionStrategy : KindStrategy<ControllerRevision>
{
    public override Findings<FieldError> Validate(ControllerRevision item) =>
    [
        .. FieldRules.If(item.Data is null, () => FieldError.Required(FieldPath.Of("data"), "data is mandatory")),
        .. FieldRules.NotNegative(FieldPath.Of("revision"), item.Revision),
    ];

    public override Findings<FieldError> ValidateUpdate(ControllerRevision item, ControllerRevision old) =>
    [
        .. Validate(item),
        .. FieldRules.If(
            item.Data is { } data && old.Data is { } before && !JsonElement.DeepEquals(data, before),
            () => FieldError.Invalid(FieldPath.Of("data"), item.Data, FieldRules.Immutable)),
    ];
}
