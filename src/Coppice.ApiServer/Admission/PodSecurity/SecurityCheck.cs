using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.PodSecurity;

/// <summary>What is wrong with a pod by one check.</summary>
/// <param name="Reason">In a few words.</param>
/// <param name="Detail">Who does it, and what would be right.</param>
internal sealed record Violation(string Reason, string Detail)
{
    public override string ToString() => Detail.Length == 0 ? Reason : $"{Reason} ({Detail})";
}

/// <summary>A pod that is, or that will be made.</summary>
internal sealed record CheckedPod(ObjectMeta Metadata, PodSpec Spec)
{
    /// <summary>All containers, in the order in which they are told of.</summary>
    public IReadOnlyList<Container> Containers { get; } =
        [.. Spec.InitContainers, .. Spec.Containers, .. Spec.EphemeralContainers.Select(container => container.AsContainer())];

    /// <summary>Root inside is nobody outside, so that being root is no harm.</summary>
    public bool HasOwnUsers => Spec.HostUsers == false;

    public bool IsWindows => Spec.Os?.Name == "windows";
}

/// <summary>One thing that a level of the standard does not let pods do.</summary>
/// <param name="Id">Kubernetes' name for it: checks are made, and told of, in its order.</param>
/// <param name="Versions">What was looked at beginning with each minor version; the last counts for all that follow.</param>
internal sealed record SecurityCheck(string Id, params IReadOnlyList<(int Minor, Func<CheckedPod, Violation?> Look)> Versions)
{
    /// <summary>The check of the weaker level that it makes superfluous.</summary>
    public string? Overrides { get; init; }

    /// <summary>Null for a version that had no such check.</summary>
    public Func<CheckedPod, Violation?>? At(int minor)
    {
        Func<CheckedPod, Violation?>? found = null;
        foreach (var (since, look) in Versions)
        {
            found = since <= minor ? look : found;
        }

        return found;
    }
}

/// <summary>How messages name the culprits.</summary>
internal static class Culprits
{
    public static string Plural(string one, string many, int count) => count == 1 ? one : many;

    public static string Quote(IEnumerable<string> names) => $"\"{string.Join("\", \"", names)}\"";

    /// <summary>Each once, in the order of the alphabet.</summary>
    public static string QuoteSorted(IEnumerable<string> values) => Quote(values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>As in: container "a"; containers "a", "b".</summary>
    public static string Containers(IReadOnlyCollection<Container> containers) =>
        $"{Plural("container", "containers", containers.Count)} {Quote(containers.Select(c => c.Name))}";

    /// <summary>The pod itself, its containers, or both.</summary>
    public static string PodAndContainers(bool pod, IReadOnlyCollection<Container> containers) => (pod, containers.Count) switch
    {
        (true, 0) => "pod",
        (true, _) => $"pod and {Containers(containers)}",
        _ => Containers(containers),
    };
}
