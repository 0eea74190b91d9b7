
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;
namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetStrategy : KindStrategy<ReplicaSet>
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override ReplicaSet Default(ReplicaSet item) => item with
    {
        Spec = item.Spec with { Replicas = item.Spec.Replicas ?? 1, Template = PodDefaults.Default(item.Spec.Template) },
    };

    public override ReplicaSet PrepareForCreate(ReplicaSet item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override ReplicaSet PrepareForUpdate(ReplicaSet item, ReplicaSet old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override ReplicaSet PrepareForStatusUpdate(ReplicaSet item, ReplicaSet old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    public override Findings<FieldError> Validate(ReplicaSet item) =>
    [
        .. FieldRules.NotNegative(SpecPath.Child("replicas"), item.Spec.Replicas),
        .. FieldRules.NotNegative(SpecPath.Child("minReadySeconds"), item.Spec.MinReadySeconds),
        .. PodTemplateValidation.ValidateSelected(SpecPath, item.Spec.Selector, item.Spec.Template, "ReplicaSet", "deployment"),
    ];

    public override Findings<FieldError> ValidateUpdate(ReplicaSet item, ReplicaSet old) =>
        [.. Validate(item), .. FieldRules.Unchanged(SpecPath.Child("selector"), item.Spec.Selector, old.Spec.Selector)];

    public override Findings<FieldError> ValidateStatusUpdate(ReplicaSet item, ReplicaSet old) => ReplicaStatusValidation.Of(item.Status);

    public override IEnumerable<string> Warnings(ReplicaSet item) => PodWarnings.Of(SpecPath.Child("template"), item.Spec.Template);

    public override IEnumerable<string> WarningsOnCreate(ReplicaSet item) => PodWarnings.OfMaker(item.Metadata.Name);
}
