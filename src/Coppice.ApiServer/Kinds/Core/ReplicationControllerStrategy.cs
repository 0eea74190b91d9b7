using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>ReplicationControllers: labels and selector come from the template where they are missing.</summary>
internal sealed class ReplicationControllerStrategy : KindStrategy<ReplicationController>
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override ReplicationController Default(ReplicationController item)
    {
        var labels = item.Spec.Template?.Metadata.Labels ?? default;
        return item with
        {
            Metadata = item.Metadata.Labels.IsEmpty ? item.Metadata with { Labels = labels } : item.Metadata,
            Spec = item.Spec with
            {
                Replicas = item.Spec.Replicas ?? 1,
                Selector = item.Spec.Selector.IsEmpty ? labels : item.Spec.Selector,
                Template = item.Spec.Template is { } template ? PodDefaults.Default(template) : null,
            },
        };
    }

    public override ReplicationController PrepareForCreate(ReplicationController item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override ReplicationController PrepareForUpdate(ReplicationController item, ReplicationController old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override ReplicationController PrepareForStatusUpdate(ReplicationController item, ReplicationController old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    public override Findings<FieldError> Validate(ReplicationController item)
    {
        var template = SpecPath.Child("template");
        return
        [
            .. FieldRules.NotNegative(SpecPath.Child("minReadySeconds"), item.Spec.MinReadySeconds),
            .. FieldRules.If(item.Spec.Selector.IsEmpty, () => FieldError.Required(SpecPath.Child("selector"))),
            .. FieldRules.NotNegative(SpecPath.Child("replicas"), item.Spec.Replicas),
            .. item.Spec.Template is { } pods
                ? PodTemplateValidation.ValidateLasting(template, pods, LabelQuery.Of(item.Spec.Selector), "ReplicationController")
                : [FieldError.Required(template)],
        ];
    }

    public override IEnumerable<string> Warnings(ReplicationController item) =>
        item.Spec.Template is { } pods ? PodWarnings.Of(SpecPath.Child("template"), pods) : [];

    public override IEnumerable<string> WarningsOnCreate(ReplicationController item) => PodWarnings.OfMaker(item.Metadata.Name);

    public override Findings<FieldError> ValidateStatusUpdate(ReplicationController item, ReplicationController old) => ReplicaStatusValidation.Of(item.Status);
}
