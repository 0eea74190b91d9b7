using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Namespaces;

/// <summary>What is left in a namespace of one kind.</summary>
/// <param name="Resource">As in messages: "deployments.apps".</param>
/// <param name="Count">How many objects.</param>
/// <param name="Finalizers">The finalizers they carry, one entry an object and finalizer.</param>
/// <param name="Failure">Why deleting them failed, or null.</param>
internal sealed record RemainingContent(string Resource, int Count, IReadOnlyList<string> Finalizers, string? Failure);

/// <summary>What a namespace that is being deleted tells of the content that is left, in Kubernetes' words.</summary>
internal static class NamespacePlanner
{
    /// <param name="unknown">The versions of groups, as "example.com/v1", whose kinds nobody can tell just now.</param>
    public static NamespaceStatus Status(NamespaceStatus before, IReadOnlyList<RemainingContent> remaining, IReadOnlyList<string> unknown, DateTimeOffset now)
    {
        var stale = unknown.Select(version => $"{version}: stale GroupVersion discovery: {version}");
        var failures = remaining.Select(r => r.Failure).OfType<string>().Order(StringComparer.Ordinal).ToList();
        var counts = remaining.Where(r => r.Count > 0).Select(r => $"{r.Resource} has {r.Count} resource instances").ToList();
        var finalizers = remaining.SelectMany(r => r.Finalizers).GroupBy(f => f)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} in {g.Count()} resource instances").ToList();
        NamespaceCondition[] wanted =
        [
            unknown.Count == 0
                ? Make(NamespaceConditionType.NamespaceDeletionDiscoveryFailure, false, "ResourcesDiscovered", "All resources successfully discovered")
                : Make(
                    NamespaceConditionType.NamespaceDeletionDiscoveryFailure,
                    true,
                    "DiscoveryFailed",
                    $"Discovery failed for some groups, {unknown.Count} failing: unable to retrieve the complete list of server APIs: {string.Join(", ", stale)}"),
            Make(NamespaceConditionType.NamespaceDeletionGroupVersionParsingFailure, false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            failures.Count == 0
                ? Make(NamespaceConditionType.NamespaceDeletionContentFailure, false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization")
                : Make(NamespaceConditionType.NamespaceDeletionContentFailure, true, "ContentDeletionFailed", $"Failed to delete all resource types, {failures.Count} remaining: {string.Join(", ", failures)}"),
            counts.Count == 0
                ? Make(NamespaceConditionType.NamespaceContentRemaining, false, "ContentRemoved", "All content successfully removed")
                : Make(NamespaceConditionType.NamespaceContentRemaining, true, "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", counts)}"),
            finalizers.Count == 0
                ? Make(NamespaceConditionType.NamespaceFinalizersRemaining, false, "ContentHasNoFinalizers", "All content-preserving finalizers finished")
                : Make(NamespaceConditionType.NamespaceFinalizersRemaining, true, "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}"),
        ];
        return before with { Conditions = wanted.Select(w => KeepTime(before, w, now)).ToValueList() };
    }

    private static NamespaceCondition Make(string type, bool isTrue, string reason, string message) =>
        new() { Type = type, Status = isTrue ? ConditionStatus.True : ConditionStatus.False, Reason = reason, Message = message };

    private static NamespaceCondition KeepTime(NamespaceStatus before, NamespaceCondition wanted, DateTimeOffset now)
    {
        var current = before.Conditions.FirstOrDefault(c => c.Type == wanted.Type);
        return wanted with { LastTransitionTime = current?.Status == wanted.Status ? current.LastTransitionTime : ApiTime.Truncate(now) };
    }
}
