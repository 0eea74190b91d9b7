using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>ResourceClaimTemplates, which cannot be changed.</summary>
internal sealed class ResourceClaimTemplateStrategy : KindStrategy<ResourceClaimTemplate>
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override ResourceClaimTemplate Default(ResourceClaimTemplate item) => item with { Spec = item.Spec with { Spec = DeviceDefaults.Of(item.Spec.Spec) } };

    public override Findings<FieldError> Validate(ResourceClaimTemplate item) =>
    [
        .. LabelValidation.Labels(SpecPath.Child("metadata", "labels"), item.Spec.Metadata.Labels),
        .. DeviceClaimValidation.Claim(SpecPath.Child("spec"), item.Spec.Spec),
    ];

    public override Findings<FieldError> ValidateUpdate(ResourceClaimTemplate item, ResourceClaimTemplate old) =>
        FieldRules.Unchanged(SpecPath, item.Spec, old.Spec);
}
