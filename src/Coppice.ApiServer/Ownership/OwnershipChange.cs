namespace Coppice.ApiServer.Ownership;

/// <summary>What a write does to who owns which field. Pure.</summary>
internal static class OwnershipChange
{
    // Nobody owns what says which object this is, and what only the server writes. The fields themselves: their keys and elements may be owned.
    private static readonly FieldSet Nobodys = new[]
        {
            FieldSet.OfPath("apiVersion"),
            FieldSet.OfPath("kind"),
            FieldSet.OfPath("metadata"),
        }
        .Concat(new[] { "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion" }
            .Select(field => FieldSet.OfPath("metadata", field)))
        .Aggregate((all, one) => all.Union(one));

    /// <summary>What somebody owns who has made these differences.</summary>
    public static FieldSet Ownable(FieldComparison made) => made.Added.Union(made.Modified).Without(Nobodys);

    /// <summary>A manager has made these differences by updating: what it changed is its own now, and nobody else's.</summary>
    public static Owners Update(Owners owners, Manager manager, FieldComparison made, DateTimeOffset now)
    {
        var left = owners.AreNone ? owners : Take(owners, made);
        var own = Ownable(made);
        if (own.IsEmpty)
        {
            return left.Capped();
        }

        // What it had before and has changed again it still has.
        var had = owners.Find(manager)?.Fields.Without(made.Removed) ?? FieldSet.Empty;
        return left.With(new(manager, had.Union(own), now)).Capped();
    }

    private static Owners Take(Owners owners, FieldComparison made)
    {
        var changed = made.Added.Union(made.Modified);
        return owners.Select(owner => owner.Fields.Without(changed).Without(made.Removed));
    }

    /// <summary>A manager has made these differences by applying a configuration: it owns what that sets, and nothing else.</summary>
    /// <param name="configured">What the configuration sets.</param>
    /// <exception cref="ConflictException">Others own what it would change, and it is not to take it.</exception>
    public static Owners Apply(Owners owners, Manager manager, FieldSet configured, FieldComparison made, bool force)
    {
        var changed = made.Added.Union(made.Modified);
        var conflicts = (from owner in owners.All
                         where !owner.Manager.Is(manager)
                         let fields = owner.Fields.Intersect(changed)
                         where !fields.IsEmpty
                         select (owner.Manager, fields)).ToList();
        if (conflicts.Count > 0 && !force)
        {
            throw new ConflictException(conflicts);
        }

        var left = owners.Select(owner => owner.Manager.Is(manager) ? owner.Fields : owner.Fields.Without(changed).Without(made.Removed));
        var time = owners.Find(manager)?.Time;
        return left.With(new(manager, configured.Without(Nobodys), time));
    }
}

/// <summary>Others own fields that a configuration would change.</summary>
internal sealed class ConflictException(IReadOnlyList<(Manager Manager, FieldSet Fields)> conflicts) : Exception("others own fields that are applied")
{
    public IReadOnlyList<(Manager Manager, FieldSet Fields)> Conflicts { get; } = conflicts;

    /// <summary>The same without some fields; null if none are left.</summary>
    public ConflictException? Without(FieldSet allowed)
    {
        var left = Conflicts.Select(conflict => (conflict.Manager, Fields: conflict.Fields.Without(allowed))).Where(conflict => !conflict.Fields.IsEmpty).ToList();
        return left.Count == 0 ? null : new ConflictException(left);
    }
}
