namespace Coppice.ApiServer.Ownership;

/// <summary>Who owns the replicas of an object, as its scale shows it: there they are in a place of their own.</summary>
internal static class ScaleOwnership
{
    private static readonly FieldSet Shown = FieldSet.OfPath("spec", "replicas");

    /// <summary>The owners of the scale: those who own the replicas, and nobody of any other field.</summary>
    /// <param name="owners">Those of the object.</param>
    /// <param name="replicas">Where the object has them.</param>
    public static Owners OfScale(Owners owners, FieldSet replicas) =>
        owners.Select(owner => owner.Fields.Intersect(replicas).IsEmpty ? FieldSet.Empty : Shown);

    /// <summary>The owners of the object when its scale has others.</summary>
    public static Owners OfObject(Owners owners, Owners ofScale, FieldSet replicas)
    {
        var others = owners.Select(owner => owner.Fields.Without(replicas));
        return ofScale.All.Where(owner => !owner.Fields.Intersect(Shown).IsEmpty).Aggregate(
            others,
            (all, owner) => all.With(owner with { Fields = (all.Find(owner.Manager)?.Fields ?? FieldSet.Empty).Union(replicas) }));
    }
}
