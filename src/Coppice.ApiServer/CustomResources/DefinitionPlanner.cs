using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation.Definitions;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.CustomResources;

/// <summary>
/// What is to be said of each definition: which of its names it gets, as a name of a group is given once, and whether it is served.
/// Pure.
/// </summary>
internal static class DefinitionPlanner
{
    /// <returns>The definitions with the status that they should have, in the order in which they came; those of the same instance have it already.</returns>
    public static IReadOnlyList<CustomResourceDefinition> Plan(IEnumerable<CustomResourceDefinition> definitions, DateTimeOffset now)
    {
        // Who came first keeps a name that two want.
        var planned = definitions
            .OrderBy(one => one.Metadata.CreationTimestamp).ThenBy(one => one.Metadata.Name, StringComparer.Ordinal).ToList();
        for (var i = 0; i < planned.Count; i++)
        {
            planned[i] = WithApproval(WithNames(planned[i], planned, now), now);
        }

        return planned;
    }

    private static CustomResourceDefinition WithNames(
        CustomResourceDefinition item, IReadOnlyList<CustomResourceDefinition> all, DateTimeOffset now)
    {
        if (item.Spec.Names == item.Status.AcceptedNames
            && DefinitionConditions.IsTrue(item, CustomResourceDefinitionConditionType.NamesAccepted)
            && DefinitionConditions.IsTrue(item, CustomResourceDefinitionConditionType.Established))
        {
            return item;
        }

        var group = all.Where(one => one.Spec.Group == item.Spec.Group).Select(one => one.Status.AcceptedNames).ToList();
        var resources = group.SelectMany(names => names.ShortNames.Append(names.Plural).Append(names.Singular ?? "")).ToHashSet(StringComparer.Ordinal);
        var kinds = group.SelectMany(names => (string[])[names.Kind, names.ListKind ?? ""]).ToHashSet(StringComparer.Ordinal);
        var (wanted, accepted) = (item.Spec.Names, item.Status.AcceptedNames);
        var conflicts = new List<(string Reason, string Message)>();
        var names = new CustomResourceDefinitionNames
        {
            Plural = Take("PluralConflict", wanted.Plural, accepted.Plural, resources)!,
            Singular = Take("SingularConflict", wanted.Singular, accepted.Singular, resources),
            ShortNames = TakeShortNames(wanted.ShortNames, accepted, resources, conflicts),
            Kind = Take("KindConflict", wanted.Kind, accepted.Kind, kinds)!,
            ListKind = Take("ListKindConflict", wanted.ListKind, accepted.ListKind, kinds),
            Categories = wanted.Categories,
        };
        var named = item with { Status = item.Status with { AcceptedNames = names } };
        return WithEstablished(DefinitionConditions.With(named, OfNames(conflicts), now), conflicts.Count == 0, now);

        string? Take(string reason, string? name, string? former, HashSet<string> used)
        {
            if (name == former || !used.Contains(name ?? ""))
            {
                return name;
            }

            conflicts.Add((reason, InUse(name!)));
            return former;
        }
    }

    private static ValueList<string> TakeShortNames(
        ValueList<string> wanted, CustomResourceDefinitionNames accepted, HashSet<string> used, List<(string Reason, string Message)> conflicts)
    {
        var taken = wanted
            .Where(name => used.Contains(name) && !accepted.ShortNames.Contains(name) && name != accepted.Plural && name != accepted.Singular)
            .Distinct(StringComparer.Ordinal).Select(InUse).ToList();
        if (taken.Count == 0)
        {
            return wanted;
        }

        conflicts.Add(("ShortNamesConflict", taken.Count == 1 ? taken[0] : $"[{string.Join(", ", taken)}]"));
        return accepted.ShortNames;
    }

    private static string InUse(string name) => $"{QuotedText.Of(name)} is already in use";

    /// <summary>Of several conflicts the last one is told, as in Kubernetes.</summary>
    private static CustomResourceDefinitionCondition OfNames(List<(string Reason, string Message)> conflicts) => conflicts.Count == 0
        ? new() { Type = CustomResourceDefinitionConditionType.NamesAccepted, Status = ConditionStatus.True, Reason = "NoConflicts", Message = "no conflicts found" }
        : new()
        {
            Type = CustomResourceDefinitionConditionType.NamesAccepted,
            Status = ConditionStatus.False,
            Reason = conflicts[^1].Reason,
            Message = conflicts[^1].Message,
        };

    /// <summary>What is served once is served until it is deleted, whatever names are wished for later.</summary>
    private static CustomResourceDefinition WithEstablished(CustomResourceDefinition item, bool accepted, DateTimeOffset now)
    {
        const string Type = CustomResourceDefinitionConditionType.Established;
        return DefinitionConditions.IsTrue(item, Type) ? item : DefinitionConditions.With(
            item,
            accepted
                ? new() { Type = Type, Status = ConditionStatus.True, Reason = "InitialNamesAccepted", Message = "the initial names have been accepted" }
                : new() { Type = Type, Status = ConditionStatus.False, Reason = "NotAccepted", Message = "not all names are accepted" },
            now);
    }

    private static CustomResourceDefinition WithApproval(CustomResourceDefinition item, DateTimeOffset now)
    {
        if (!ApiApproval.IsProtected(item.Spec.Group))
        {
            return item;
        }

        var (state, message) = ApiApproval.Of(item.Metadata.Annotations);
        return DefinitionConditions.With(
            item,
            new()
            {
                Type = CustomResourceDefinitionConditionType.KubernetesAPIApprovalPolicyConformant,
                Status = state == ApiApprovalState.Approved ? ConditionStatus.True : ConditionStatus.False,
                Reason = state switch
                {
                    ApiApprovalState.Approved => "ApprovedAnnotation",
                    ApiApprovalState.Bypassed => "UnapprovedAnnotation",
                    ApiApprovalState.Missing => "MissingAnnotation",
                    _ => "InvalidAnnotation",
                },
                Message = message,
            },
            now);
    }
}
