namespace Coppice.Objects;

/// <summary>What keeps storage from going while it is in use: set at its creation, and let go of by controllers.</summary>
public static class StorageFinalizers
{
    public const string Claim = "kubernetes.io/pvc-protection";
    public const string Volume = "kubernetes.io/pv-protection";
    public const string AttributesClass = "kubernetes.io/vac-protection";
}
