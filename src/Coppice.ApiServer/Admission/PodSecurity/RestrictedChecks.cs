using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.PodSecurity;

/// <summary>What the level "restricted" asks of pods beyond the baseline: what is thought to be good today.</summary>
internal static class RestrictedChecks
{
    private const string Everything = "ALL";

    public static readonly IReadOnlyList<SecurityCheck> All =
    [
        new("allowPrivilegeEscalation", (8, Escalation), (25, pod => pod.IsWindows ? null : Escalation(pod))),
        new("capabilities_restricted", (22, Capabilities), (25, pod => pod.IsWindows ? null : Capabilities(pod))) { Overrides = "capabilities_baseline" },
        new("restrictedVolumes", (0, Volumes)) { Overrides = "hostPathVolumes" },
        new("runAsNonRoot", (0, NonRoot), (35, pod => pod.HasOwnUsers ? null : NonRoot(pod))),
        new("runAsUser", (23, User), (35, pod => pod.HasOwnUsers ? null : User(pod))),
        new("seccompProfile_restricted", (19, Seccomp), (25, pod => pod.IsWindows ? null : Seccomp(pod))) { Overrides = "seccompProfile_baseline" },
    ];

    private static Violation? Escalation(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => c.SecurityContext?.AllowPrivilegeEscalation != false).ToList();
        return containers.Count == 0
            ? null
            : new("allowPrivilegeEscalation != false", $"{Culprits.Containers(containers)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static Violation? Capabilities(CheckedPod pod)
    {
        var keeping = pod.Containers.Where(c => !(c.SecurityContext?.Capabilities?.Drop ?? default).Contains(Everything)).ToList();
        var adding = pod.Containers.Where(c => Added(c).Any()).ToList();
        List<string> said =
        [
            .. keeping.Count > 0
                ? [$"{Culprits.Containers(keeping)} must set securityContext.capabilities.drop=[\"{Everything}\"]"]
                : Array.Empty<string>(),
            .. adding.Count > 0
                ? [$"{Culprits.Containers(adding)} must not include {Culprits.QuoteSorted(adding.SelectMany(Added))} in securityContext.capabilities.add"]
                : Array.Empty<string>(),
        ];
        return said.Count == 0 ? null : new("unrestricted capabilities", string.Join("; ", said));

        static IEnumerable<string> Added(Container container) =>
            (container.SecurityContext?.Capabilities?.Add ?? default).Where(name => name != "NET_BIND_SERVICE");
    }

    private static Violation? Volumes(CheckedPod pod)
    {
        var volumes = pod.Spec.Volumes.Where(volume => !IsHarmless(volume)).ToList();
        if (volumes.Count == 0)
        {
            return null;
        }

        var types = volumes.Select(TypeOf).Distinct().ToList();
        return new(
            "restricted volume types",
            $"{Culprits.Plural("volume", "volumes", volumes.Count)} {Culprits.Quote(volumes.Select(v => v.Name))} {Culprits.Plural("uses", "use", volumes.Count)} {Culprits.Plural("restricted volume type", "restricted volume types", types.Count)} {Culprits.QuoteSorted(types)}");
    }

    private static bool IsHarmless(Volume volume) =>
        volume is { ConfigMap: not null } or { Csi: not null } or { DownwardAPI: not null } or { EmptyDir: not null }
            or { Ephemeral: not null } or { PersistentVolumeClaim: not null } or { Projected: not null } or { Secret: not null };

    // A source that came after the standard has no name in it.
    private static string TypeOf(Volume volume) => volume.Image is null ? VolumeValidation.SourceOf(volume) ?? "unknown" : "unknown";

    private static Violation? NonRoot(CheckedPod pod)
    {
        const string Reason = "runAsNonRoot != true";
        var own = pod.Spec.SecurityContext?.RunAsNonRoot;
        var explicitly = pod.Containers.Where(c => c.SecurityContext?.RunAsNonRoot == false).ToList();
        if (own == false || explicitly.Count > 0)
        {
            return new(Reason, $"{Culprits.PodAndContainers(own == false, explicitly)} must not set securityContext.runAsNonRoot=false");
        }

        var silently = own == true ? [] : pod.Containers.Where(c => c.SecurityContext?.RunAsNonRoot is null).ToList();
        return silently.Count == 0 ? null : new(Reason, $"pod or {Culprits.Containers(silently)} must set securityContext.runAsNonRoot=true");
    }

    private static Violation? User(CheckedPod pod)
    {
        var isPod = pod.Spec.SecurityContext?.RunAsUser == 0;
        var containers = pod.Containers.Where(c => c.SecurityContext?.RunAsUser == 0).ToList();
        return !isPod && containers.Count == 0 ? null : new("runAsUser=0", $"{Culprits.PodAndContainers(isPod, containers)} must not set runAsUser=0");
    }

    private static Violation? Seccomp(CheckedPod pod)
    {
        if (BaselineChecks.Seccomp(pod) is { } wrong)
        {
            return wrong;
        }

        var silently = pod.Spec.SecurityContext?.SeccompProfile is not null
            ? []
            : pod.Containers.Where(c => c.SecurityContext?.SeccompProfile is null).ToList();
        return silently.Count == 0
            ? null
            : new("seccompProfile", $"pod or {Culprits.Containers(silently)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }
}
