using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>Applies a configuration to an object: merges it in, and takes out what its manager applied before and no longer does.</summary>
internal static class AppliedConfiguration
{
    /// <param name="Object">As it is afterwards.</param>
    /// <param name="IsSame">As it was before.</param>
    internal readonly record struct Outcome(JsonElement Object, bool IsSame, Owners Owners);

    /// <param name="ignored">Fields that cannot be set this way, whatever is applied.</param>
    /// <exception cref="ConflictException">Others own what would change, and it is not to be taken from them.</exception>
    public static Outcome Apply(JsonElement live, JsonElement configuration, MergeShape shape, (Owners Owners, Manager Manager, bool Force) by, FieldSet ignored)
    {
        var (owners, manager, force) = by;
        var configured = FieldExtraction.FieldsOf(configuration, shape).WithoutTree(ignored);
        var merged = ConfigurationMerge.Merge(live, configuration, shape);
        if (owners.Find(manager) is { Fields.IsEmpty: false } last)
        {
            var claimed = owners.All.Where(owner => !owner.Manager.Is(manager)).Aggregate(configured, (all, owner) => all.Union(owner.Fields));

            // A map whose keys have all gone is null by now, though it may be applied as an empty one: what is applied is so.
            merged = ConfigurationMerge.Merge(Prune(merged, last.Fields, claimed, shape), configuration, shape);
        }

        var made = FieldComparison.Of(live, merged, shape).Without(ignored);
        return new(merged, made.IsSame, OwnershipChange.Apply(owners, manager, configured, made, force));
    }

    /// <summary>
    /// Takes out what a manager applied last time, unless somebody claims it: this manager now, or any other. What else goes with it
    /// because it is inside is put back where nobody ever applied it, or where it is claimed.
    /// </summary>
    private static JsonElement Prune(JsonElement merged, FieldSet last, FieldSet claimed, MergeShape shape)
    {
        var lastNamed = FieldExtraction.WithNamedFields(last, shape);
        var all = NamedFieldsOf(merged, shape);
        var pruned = FieldRemoval.Remove(merged, lastNamed, shape);

        // What somebody claims comes back.
        pruned = FieldRemoval.Remove(merged, all.Without(NamedFieldsOf(pruned, shape).Union(FieldExtraction.WithNamedFields(claimed, shape))), shape);

        // And what this manager never applied.
        return FieldRemoval.Remove(merged, all.Without(NamedFieldsOf(pruned, shape)).Intersect(lastNamed), shape);
    }

    private static FieldSet NamedFieldsOf(JsonElement value, MergeShape shape) =>
        FieldExtraction.WithNamedFields(FieldExtraction.FieldsOf(value, shape), shape);
}
