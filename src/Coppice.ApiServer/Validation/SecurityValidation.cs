using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Who the processes of a pod are, and what they may do.</summary>
internal static class SecurityValidation
{
    private const long LastId = int.MaxValue;

    public static Findings<FieldError> OfPod(FieldPath path, PodSpec spec) => spec.SecurityContext is not { } security
        ? []
        :
        [
            .. FieldRules.InRange(path.Child("fsGroup"), security.FsGroup, 0, LastId),
            .. FieldRules.InRange(path.Child("runAsUser"), security.RunAsUser, 0, LastId),
            .. FieldRules.InRange(path.Child("runAsGroup"), security.RunAsGroup, 0, LastId),
            .. FieldRules.Each(path.Child("supplementalGroups"), security.SupplementalGroups, (at, id) => FieldRules.InRange(at, id, 0, LastId)),
            .. Sysctls(path.Child("sysctls"), security.Sysctls),
            .. FieldRules.OneOfIfSet(
                path.Child("fsGroupChangePolicy"), security.FsGroupChangePolicy, PodFSGroupChangePolicy.Always, PodFSGroupChangePolicy.OnRootMismatch),
            .. Seccomp(path.Child("seccompProfile"), security.SeccompProfile),
        ];

    public static Findings<FieldError> OfContainer(FieldPath path, SecurityContext? security)
    {
        if (security is null)
        {
            return [];
        }

        var sealedOff = security.AllowPrivilegeEscalation == false;
        return
        [
            .. FieldRules.InRange(path.Child("runAsUser"), security.RunAsUser, 0, LastId),
            .. FieldRules.InRange(path.Child("runAsGroup"), security.RunAsGroup, 0, LastId),
            .. FieldRules.OneOfIfSet(path.Child("procMount"), security.ProcMount, ProcMountType.Default, ProcMountType.Unmasked),
            .. Seccomp(path.Child("seccompProfile"), security.SeccompProfile),
            .. sealedOff && security.Privileged == true
                ? [FieldError.Invalid(path, security, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")]
                : Findings<FieldError>.None,
            .. sealedOff && security.Capabilities?.Add.Contains("CAP_SYS_ADMIN") == true
                ? [FieldError.Invalid(path, security, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")]
                : Findings<FieldError>.None,
        ];
    }

    /// <summary>What a pod may only ask for when its users are not the host's, and what it may not ask for then.</summary>
    public static Findings<FieldError> OfUsers(FieldPath path, PodSpec spec)
    {
        if (spec.HostUsers != false)
        {
            return
            [
                .. Unmasked(path.Child("containers"), spec.Containers.Select(c => c.SecurityContext)),
                .. Unmasked(path.Child("initContainers"), spec.InitContainers.Select(c => c.SecurityContext)),
                .. Unmasked(path.Child("ephemeralContainers"), spec.EphemeralContainers.Select(c => c.SecurityContext)),
            ];
        }

        (string Field, bool IsAsked)[] shared = [("hostNetwork", spec.HostNetwork), ("hostPID", spec.HostPID), ("hostIPC", spec.HostIPC)];
        return [.. shared.Where(one => one.IsAsked).Select(one => FieldError.Forbidden(path.Child(one.Field), "when `hostUsers` is false"))];
    }

    private static IEnumerable<FieldError> Unmasked(FieldPath path, IEnumerable<SecurityContext?> containers) =>
        containers.Index().Where(one => one.Item?.ProcMount == ProcMountType.Unmasked).Select(one => FieldError.Invalid(
            path.Index(one.Index).Child("securityContext", "procMount"), ProcMountType.Unmasked, "`hostUsers` must be false to use `Unmasked`"));

    private static Findings<FieldError> Sysctls(FieldPath path, ValueList<Sysctl> sysctls) =>
    [
        .. FieldRules.Each(path, sysctls, (at, sysctl) => FieldRules.Required(at.Child("name"), sysctl.Name)),
        .. FieldRules.Repeated(sysctls, s => s.Name).Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
    ];

    private static Findings<FieldError> Seccomp(FieldPath path, SeccompProfile? profile)
    {
        if (profile is null)
        {
            return [];
        }

        var local = path.Child("localhostProfile");
        var type = FieldRules.OneOf(
            path.Child("type"), profile.Type, SeccompProfileType.Localhost, SeccompProfileType.RuntimeDefault, SeccompProfileType.Unconfined);
        return profile switch
        {
            { Type: SeccompProfileType.Localhost, LocalhostProfile: null } =>
                [.. type, FieldError.Required(local, "must be set when seccomp type is Localhost")],
            { Type: not SeccompProfileType.Localhost, LocalhostProfile: { } file } =>
                [.. type, FieldError.Invalid(local, file, "can only be set when seccomp type is Localhost")],
            _ => type,
        };
    }
}
