using System.Text.Json;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Ownership;

/// <summary>One application of a configuration, with what Kubernetes does around it for objects that were not applied before.</summary>
/// <param name="Live">The object as it is; for one that is to be made, an empty one.</param>
/// <param name="Empty">What an object of the kind is with nothing said.</param>
/// <param name="Ignored">Fields that cannot be set this way.</param>
internal sealed record ServerSideApply(JsonElement Live, JsonElement Empty, JsonElement Configuration, MergeShape Shape, FieldSet Ignored)
{
    private const string BeforeFirst = "before-first-apply";
    private const string Kubectl = "kubectl";

    /// <param name="owners">Those of the live object.</param>
    /// <param name="isNew">There is no object yet.</param>
    /// <returns>The object as it is afterwards, and who owns what then.</returns>
    /// <exception cref="ConflictException">Others own what would change.</exception>
    public (JsonElement Object, Owners Owners) Run(Owners owners, Manager manager, bool force, bool isNew, DateTimeOffset now)
    {
        if (owners.AreNone && !isNew)
        {
            // Nobody has said who set what is there: all of it was set before.
            var before = manager with { Name = BeforeFirst, Operation = ManagedFieldsOperationType.Update };
            owners = OwnershipChange.Update(owners, before, FieldComparison.Of(Empty, Live, Shape).Without(Ignored), now);
        }

        var outcome = Apply(owners, manager, force);
        var own = outcome.Owners.Find(manager);
        var changed = !outcome.IsSame || !AreTheSame(outcome.Owners, owners);
        var noted = own is not null && changed ? outcome.Owners.With(own with { Time = now }) : outcome.Owners;
        var item = outcome.IsSame ? Live : outcome.Object;
        return (manager.Name == Kubectl ? LastApplied.Renew(item, Configuration) : item, noted);
    }

    /// <summary>
    /// kubectl may take over what it has itself applied from the client's side before: what its annotation says, and still is so.
    /// </summary>
    private AppliedConfiguration.Outcome Apply(Owners owners, Manager manager, bool force)
    {
        try
        {
            return AppliedConfiguration.Apply(Live, Configuration, Shape, (owners, manager, force), Ignored);
        }
        catch (ConflictException e) when (manager.Name == Kubectl && LastApplied.StillSo(Live, Shape) is { } allowed)
        {
            return e.Without(allowed) is { } left
                ? throw left
                : AppliedConfiguration.Apply(Live, Configuration, Shape, (owners, manager, true), Ignored);
        }
    }

    private static bool AreTheSame(Owners one, Owners other) =>
        one.All.Count == other.All.Count && one.All.All(owner => other.Find(owner.Manager) is { } same && same.Fields.Equals(owner.Fields) && same.Manager == owner.Manager);
}
