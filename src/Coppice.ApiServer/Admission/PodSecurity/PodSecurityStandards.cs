namespace Coppice.ApiServer.Admission.PodSecurity;

/// <summary>What each level of each version asks of pods.</summary>
internal static class PodSecurityStandards
{
    // The newest version in which anything changed: a later one is like it.
    private static readonly int Newest = BaselineChecks.All.Concat(RestrictedChecks.All).SelectMany(check => check.Versions).Max(version => version.Minor);

    /// <summary>Everything that is wrong with a pod, the weaker level's checks first.</summary>
    public static IReadOnlyList<Violation> Look(SecurityStandard standard, CheckedPod pod) => standard.Level == SecurityLevel.Privileged
        ? []
        : [.. ChecksOf(standard).Select(look => look(pod)).OfType<Violation>()];

    private static IEnumerable<Func<CheckedPod, Violation?>> ChecksOf(SecurityStandard standard)
    {
        var minor = Math.Min(standard.Minor, Newest);
        var restricted = standard.Level == SecurityLevel.Restricted ? RestrictedChecks.All.Where(check => check.At(minor) is not null).ToList() : [];
        return BaselineChecks.All
            .Where(check => !restricted.Any(stricter => stricter.Overrides == check.Id))
            .Concat(restricted)
            .Select(check => check.At(minor))
            .OfType<Func<CheckedPod, Violation?>>();
    }
}
