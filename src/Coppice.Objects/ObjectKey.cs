namespace Coppice.Objects;

/// <summary>The name of an object among those of its kind. The namespace is empty for kinds that have none.</summary>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public static ObjectKey Of(KubernetesObject item) => new(item.Metadata.Namespace ?? "", item.Metadata.Name ?? "");

    public int CompareTo(ObjectKey other) =>
        string.CompareOrdinal(Namespace, other.Namespace) is var order and not 0 ? order : string.CompareOrdinal(Name, other.Name);

    /// <summary>Also of the default one, which names nothing.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name ?? "" : $"{Namespace}/{Name}";
}
