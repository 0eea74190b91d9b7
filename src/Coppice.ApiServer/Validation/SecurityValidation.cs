using Coppice.ApiServer.Errors;
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
            .. spec.ShareProcessNamespace == true && spec.HostPID
                ? [FieldError.Invalid(path.Child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled")]
                : Findings<FieldError>.None,
            .. security.Sysctls.IsEmpty ? [] : Sysctls(path.Child("sysctls"), security.Sysctls, spec),
            .. FieldRules.OneOfIfSet(
                path.Child("fsGroupChangePolicy"), security.FsGroupChangePolicy, PodFSGroupChangePolicy.Always, PodFSGroupChangePolicy.OnRootMismatch),
            .. Seccomp(path.Child("seccompProfile"), security.SeccompProfile),
            .. AppArmor(path.Child("appArmorProfile"), security.AppArmorProfile),
            .. FieldRules.OneOfIfSet(
                path.Child("supplementalGroupsPolicy"), security.SupplementalGroupsPolicy, SupplementalGroupsPolicy.Merge, SupplementalGroupsPolicy.Strict),
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
            .. AppArmor(path.Child("appArmorProfile"), security.AppArmorProfile),
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
                .. Unmasked(path.Child("containers"), spec.Containers, c => c.SecurityContext),
                .. Unmasked(path.Child("initContainers"), spec.InitContainers, c => c.SecurityContext),
                .. Unmasked(path.Child("ephemeralContainers"), spec.EphemeralContainers, c => c.SecurityContext),
            ];
        }

        (string Field, bool IsAsked)[] shared = [("hostNetwork", spec.HostNetwork), ("hostPID", spec.HostPID), ("hostIPC", spec.HostIPC)];
        return [.. shared.Where(one => one.IsAsked).Select(one => FieldError.Forbidden(path.Child(one.Field), "when `hostUsers` is false"))];
    }

    private static Findings<FieldError> Unmasked<T>(FieldPath path, ValueList<T> containers, Func<T, SecurityContext?> contextOf)
    {
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < containers.Count; i++)
        {
            if (contextOf(containers[i])?.ProcMount == ProcMountType.Unmasked)
            {
                errors.Add(FieldError.Invalid(
                    path.Index(i).Child("securityContext", "procMount"), ProcMountType.Unmasked, "`hostUsers` must be false to use `Unmasked`"));
            }
        }

        return errors;
    }

    private static Findings<FieldError> Sysctls(FieldPath path, ValueList<Sysctl> sysctls, PodSpec spec) =>
    [
        .. FieldRules.Each(path, sysctls, (at, sysctl) =>
        [
            .. FieldRules.RequiredName(at.Child("name"), sysctl.Name, Names.Sysctl),
            .. OfTheNode(at.Child("name"), sysctl.Name, spec),
        ]),
        .. FieldRules.DistinctNames(path, sysctls, s => s.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
    ];

    /// <summary>What belongs to a namespace of the kernel that the pod shares with its node is the node's to set.</summary>
    private static Findings<FieldError> OfTheNode(FieldPath path, string name, PodSpec spec)
    {
        // Either of the two separators may stand for the other.
        var dotted = name.Replace('/', '.');
        var ofProcesses = dotted is "kernel.sem" || new[] { "kernel.shm", "kernel.msg", "fs.mqueue." }.Any(p => dotted.StartsWith(p, StringComparison.Ordinal));
        return
        [
            .. FieldRules.If(
                spec.HostNetwork && dotted.StartsWith("net.", StringComparison.Ordinal),
                () => FieldError.Invalid(path, name, "may not be specified when 'hostNetwork' is true")),
            .. FieldRules.If(spec.HostIPC && ofProcesses, () => FieldError.Invalid(path, name, "may not be specified when 'hostIPC' is true")),
        ];
    }

    private static Findings<FieldError> Seccomp(FieldPath path, SeccompProfile? profile)
    {
        if (profile is null)
        {
            return [];
        }

        var (local, at) = (path.Child("localhostProfile"), path.Child("type"));
        return
        [
            .. profile.Type.Length == 0
                ? [FieldError.Required(at, "type is required when seccompProfile is set")]
                : FieldRules.OneOf(at, profile.Type, SeccompProfileType.Localhost, SeccompProfileType.RuntimeDefault, SeccompProfileType.Unconfined),
            .. (profile.Type == SeccompProfileType.Localhost, profile.LocalhostProfile) switch
            {
                (true, null) => [FieldError.Required(local, "must be set when seccomp type is Localhost")],
                (true, { } file) => MountValidation.InnerPath(local, file),
                (false, not null) => [FieldError.Invalid(local, profile, "can only be set when seccomp type is Localhost")],
                _ => Findings<FieldError>.None,
            },
        ];
    }

    private static Findings<FieldError> AppArmor(FieldPath path, AppArmorProfile? profile)
    {
        // In bytes: the longest path.
        const int ProfileLimit = 4095;
        if (profile is null)
        {
            return [];
        }

        var (local, at) = (path.Child("localhostProfile"), path.Child("type"));
        return
        [
            .. profile.Type.Length == 0
                ? [FieldError.Required(at, "type is required when appArmorProfile is set")]
                : FieldRules.OneOf(at, profile.Type, AppArmorProfileType.Localhost, AppArmorProfileType.RuntimeDefault, AppArmorProfileType.Unconfined),
            .. (profile.Type, profile.LocalhostProfile) switch
            {
                (AppArmorProfileType.Localhost, null or "") => [FieldError.Required(local, "must be set when AppArmor type is Localhost")],
                (AppArmorProfileType.Localhost, { } name) when name.Trim() != name => [FieldError.Invalid(local, name, "must not be padded with whitespace")],
                (AppArmorProfileType.Localhost, { Length: > ProfileLimit }) => [FieldError.TooLong(local, ProfileLimit)],
                (AppArmorProfileType.RuntimeDefault or AppArmorProfileType.Unconfined, { } name) =>
                    [FieldError.Invalid(local, name, "can only be set when AppArmor type is Localhost")],
                _ => Findings<FieldError>.None,
            },
        ];
    }
}
