using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Kinds;

/// <summary>The rules of one kind. What a kind does not say is: no defaults, nothing to prepare, always valid.</summary>
internal class KindStrategy<T> : IKindStrategy
    where T : KubernetesObject
{
    public virtual T Default(T item) => item;

    public virtual T PrepareForCreate(T item) => item;

    public virtual T SignCreate(T item, UserInfo user) => item;

    public virtual T PrepareForUpdate(T item, T old) => item;

    /// <summary>For a kind without status there is nothing that such an update could change.</summary>
    public virtual T PrepareForStatusUpdate(T item, T old) => old with { Metadata = StatusMetadata(item, old) };

    public virtual T DateStatus(T item, T old, DateTimeOffset now) => item;

    public virtual Findings<FieldError> Validate(T item) => [];

    /// <summary>Most kinds ask of an update what they ask of a new object.</summary>
    public virtual Findings<FieldError> ValidateUpdate(T item, T old) => Validate(item);

    public virtual Findings<FieldError> ValidateStatusUpdate(T item, T old) => [];

    public virtual IEnumerable<string> Warnings(T item) => [];

    /// <summary>Beside those, of what cannot be changed later.</summary>
    public virtual IEnumerable<string> WarningsOnCreate(T item) => [];

    /// <summary>Most kinds warn of an update where they would of a new object, as far as its desired state is another one.</summary>
    public virtual IEnumerable<string> WarningsOnUpdate(T item, T old) =>
        item.Metadata.Generation is > 0 and var generation && generation == old.Metadata.Generation ? [] : Warnings(item);

    KubernetesObject IKindStrategy.Default(KubernetesObject item) => Default((T)item);

    KubernetesObject IKindStrategy.PrepareForCreate(KubernetesObject item) => PrepareForCreate((T)item);

    KubernetesObject IKindStrategy.SignCreate(KubernetesObject item, UserInfo user) => SignCreate((T)item, user);

    KubernetesObject IKindStrategy.PrepareForUpdate(KubernetesObject item, KubernetesObject old) => PrepareForUpdate((T)item, (T)old);

    KubernetesObject IKindStrategy.PrepareForStatusUpdate(KubernetesObject item, KubernetesObject old) => PrepareForStatusUpdate((T)item, (T)old);

    KubernetesObject IKindStrategy.DateStatus(KubernetesObject item, KubernetesObject old, DateTimeOffset now) => DateStatus((T)item, (T)old, now);

    Findings<FieldError> IKindStrategy.Validate(KubernetesObject item) => Validate((T)item);

    Findings<FieldError> IKindStrategy.ValidateUpdate(KubernetesObject item, KubernetesObject old) => ValidateUpdate((T)item, (T)old);

    Findings<FieldError> IKindStrategy.ValidateStatusUpdate(KubernetesObject item, KubernetesObject old) => ValidateStatusUpdate((T)item, (T)old);

    IReadOnlyList<string> IKindStrategy.Warnings(KubernetesObject item, KubernetesObject? old) => [.. old is null ? WarningsOnCreate((T)item).Concat(Warnings((T)item)) : WarningsOnUpdate((T)item, (T)old)];

    /// <summary>A new object's metadata: the first generation of its desired state.</summary>
    protected static Objects.Meta.ObjectMeta FirstGeneration(T item) => item.Metadata with { Generation = 1 };

    /// <summary>The next generation if the desired state changed, else the old one.</summary>
    protected static Objects.Meta.ObjectMeta NextGeneration(T item, T old, bool changed) =>
        item.Metadata with { Generation = old.Metadata.Generation + (changed ? 1 : 0) };

    /// <summary>
    /// Metadata of an update of the status: of the new object, as its owners, labels and finalizers are not part of the desired state,
    /// but with the old generation.
    /// </summary>
    protected static Objects.Meta.ObjectMeta StatusMetadata(T item, T old) => item.Metadata with { Generation = old.Metadata.Generation };

    /// <summary>Metadata of an update of the status for the newer kinds, whose metadata that door leaves as it is.</summary>
    protected static Objects.Meta.ObjectMeta KeptMetadata(T item, T old) => item.Metadata with
    {
        Generation = old.Metadata.Generation,
        Labels = old.Metadata.Labels,
        Annotations = old.Metadata.Annotations,
        Finalizers = old.Metadata.Finalizers,
        OwnerReferences = old.Metadata.OwnerReferences,
    };
}
