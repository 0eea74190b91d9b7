using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>IngressClasses: who carries one out stays the same.</summary>
internal sealed class IngressClassStrategy : KindStrategy<IngressClass>
{
    public override IngressClass Default(IngressClass item) => item.Spec.Parameters is { Scope: null } parameters
        ? item with { Spec = item.Spec with { Parameters = parameters with { Scope = IngressClassParametersReferenceScope.Cluster } } }
        : item;

    public override IngressClass PrepareForCreate(IngressClass item) => item with { Metadata = FirstGeneration(item) };

    public override IngressClass PrepareForUpdate(IngressClass item, IngressClass old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(IngressClass item) => IngressValidation.Class(item.Spec);

    public override Findings<FieldError> ValidateUpdate(IngressClass item, IngressClass old) =>
    [
        .. FieldRules.Unchanged(FieldPath.Of("spec", "controller"), item.Spec.Controller ?? "", old.Spec.Controller ?? ""),
        .. Validate(item),
    ];
}
