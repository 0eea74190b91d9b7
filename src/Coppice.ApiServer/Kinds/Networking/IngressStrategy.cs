using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>Ingresses: their status is told by whoever carries them out.</summary>
internal sealed class IngressStrategy : KindStrategy<Ingress>
{
    public override Ingress PrepareForCreate(Ingress item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override Ingress PrepareForUpdate(Ingress item, Ingress old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override Ingress PrepareForStatusUpdate(Ingress item, Ingress old) => item with { Metadata = StatusMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(Ingress item) => [.. IngressValidation.Spec(item.Spec), .. IngressValidation.ClassOf(item)];

    public override Findings<FieldError> ValidateUpdate(Ingress item, Ingress old) => IngressValidation.Spec(item.Spec);

    public override Findings<FieldError> ValidateStatusUpdate(Ingress item, Ingress old) => IngressValidation.Status(item.Status);

    public override IEnumerable<string> Warnings(Ingress item) => item.Metadata.Annotations.ContainsKey(IngressValidation.ClassNote)
        ? [$"annotation \"{IngressValidation.ClassNote}\" is deprecated, please use 'spec.ingressClassName' instead"]
        : [];
}
