using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Namespaces: gone only when the last of their finalizers has let go.</summary>
internal sealed class NamespaceStrategy : KindStrategy<Namespace>
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override Namespace Default(Namespace item) => item with
    {
        Metadata = item.Metadata.Name is { } name ? item.Metadata with { Labels = item.Metadata.Labels.With(NameLabel, name) } : item.Metadata,
        Status = item.Status with { Phase = item.Status.Phase ?? NamespacePhase.Active },
    };

    public override Namespace PrepareForCreate(Namespace item) => item with
    {
        Spec = item.Spec.Finalizers.Contains(FinalizerName.Kubernetes)
            ? item.Spec
            : item.Spec with { Finalizers = item.Spec.Finalizers.Add(FinalizerName.Kubernetes) },
        Status = new() { Phase = NamespacePhase.Active },
    };

    /// <summary>Finalizers of the desired state are let go of through their own door.</summary>
    public override Namespace PrepareForUpdate(Namespace item, Namespace old) => item with
    {
        Spec = item.Spec with { Finalizers = old.Spec.Finalizers },
        Status = old.Status,
    };

    /// <summary>That door: the status stays as it is.</summary>
    public static Namespace WithFinalizers(Namespace item, Namespace old) => item with { Status = old.Status };

    public override Namespace PrepareForStatusUpdate(Namespace item, Namespace old) => item with { Spec = old.Spec };

    public override Findings<FieldError> ValidateStatusUpdate(Namespace item, Namespace old)
    {
        // The path is Kubernetes' own.
        var (path, phase) = (FieldPath.Of("status", "Phase"), item.Status.Phase);
        return item.Metadata.DeletionTimestamp is null
            ? FieldRules.If(
                phase != NamespacePhase.Active, () => FieldError.Invalid(path, phase, "may only be 'Active' if `deletionTimestamp` is empty"))
            : FieldRules.If(
                phase != NamespacePhase.Terminating, () => FieldError.Invalid(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty"));
    }

    public override Findings<FieldError> Validate(Namespace item) =>
        FieldRules.Each(FieldPath.Of("spec", "finalizers"), item.Spec.Finalizers, ObjectMetaValidation.Finalizer);
}
