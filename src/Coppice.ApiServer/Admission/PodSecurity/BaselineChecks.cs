using System.Globalization;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.PodSecurity;

/// <summary>What the level "baseline" does not let pods do: known ways out of a container.</summary>
internal static class BaselineChecks
{
    private const string AppArmorNote = "container.apparmor.security.beta.kubernetes.io/";
    private const string PodSeccompNote = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompNote = "container.seccomp.security.alpha.kubernetes.io/";

    private static readonly string[] DefaultCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
        "SYS_CHROOT",
    ];

    private static readonly string[] SafeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range",
        "net.ipv4.tcp_syncookies",
    ];

    private static readonly string[] SafeSysctls27 = [.. SafeSysctls, "net.ipv4.ip_local_reserved_ports"];

    private static readonly string[] SafeSysctls29 =
    [
        .. SafeSysctls27, "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    ];

    private static readonly string[] SafeSysctls32 = [.. SafeSysctls29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

    private static readonly string[] LinuxTypes = ["container_init_t", "container_kvm_t", "container_t"];

    private static readonly string[] LinuxTypes31 = [.. LinuxTypes, "container_engine_t"];

    public static readonly IReadOnlyList<SecurityCheck> All =
    [
        new("appArmorProfile", (0, AppArmor)),
        new("capabilities_baseline", (0, Capabilities)),
        new("hostNamespaces", (0, HostNamespaces)),
        new("hostPathVolumes", (0, HostPaths)),
        new("hostPorts", (0, HostPorts)),
        new("hostProbesAndHostLifecycle", (34, ProbedHosts)),
        new("privileged", (0, Privileged)),
        new("procMount", (0, ProcMount), (35, pod => pod.HasOwnUsers ? null : ProcMount(pod))),
        new("seLinuxOptions", (0, pod => SeLinux(pod, LinuxTypes)), (31, pod => SeLinux(pod, LinuxTypes31))),
        new("seccompProfile_baseline", (0, SeccompNotes), (19, Seccomp)),
        new(
            "sysctls",
            (0, pod => Sysctls(pod, SafeSysctls)),
            (27, pod => Sysctls(pod, SafeSysctls27)),
            (29, pod => Sysctls(pod, SafeSysctls29)),
            (32, pod => Sysctls(pod, SafeSysctls32))),
        new("windowsHostProcess", (0, HostProcess)),
    ];

    /// <summary>Whoever asks for a profile that is none; also for the stricter level.</summary>
    public static Violation? Seccomp(CheckedPod pod)
    {
        var own = pod.Spec.SecurityContext?.SeccompProfile?.Type;
        var containers = pod.Containers.Where(c => c.SecurityContext?.SeccompProfile is { } profile && !IsConfined(profile.Type)).ToList();
        var isPod = own is not null && !IsConfined(own);
        if (!isPod && containers.Count == 0)
        {
            return null;
        }

        var types = containers.Select(c => c.SecurityContext!.SeccompProfile!.Type).Concat(isPod ? [own!] : []);
        return new(
            "seccompProfile",
            $"{Culprits.PodAndContainers(isPod, containers)} must not set securityContext.seccompProfile.type to {Culprits.QuoteSorted(types)}");
    }

    public static bool IsConfined(string type) => type is SeccompProfileType.RuntimeDefault or SeccompProfileType.Localhost;

    private static Violation? AppArmor(CheckedPod pod)
    {
        var own = pod.Spec.SecurityContext?.AppArmorProfile?.Type;
        var containers = pod.Containers.Where(c => c.SecurityContext?.AppArmorProfile is { } profile && !IsArmored(profile.Type)).ToList();
        var isPod = own is not null && !IsArmored(own);
        var notes = pod.Metadata.Annotations
            .Where(note => note.Key.StartsWith(AppArmorNote, StringComparison.Ordinal) && !IsArmoredNote(note.Value))
            .Select(note => $"{note.Key}={QuotedText.Of(note.Value)}")
            .Order(StringComparer.Ordinal)
            .ToList();
        List<string> setters =
        [
            .. isPod || containers.Count > 0 ? [Culprits.PodAndContainers(isPod, containers)] : Array.Empty<string>(),
            .. notes.Count > 0 ? [Culprits.Plural("annotation", "annotations", notes.Count)] : Array.Empty<string>(),
        ];
        if (setters.Count == 0)
        {
            return null;
        }

        List<string> values =
        [
            .. containers.Select(c => c.SecurityContext!.AppArmorProfile!.Type).Concat(isPod ? [own!] : []).Distinct().Order(StringComparer.Ordinal),
            .. notes,
        ];
        return new(
            Culprits.Plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.Count),
            $"{string.Join(" and ", setters)} must not set AppArmor profile type to {Culprits.Quote(values)}");
    }

    private static bool IsArmored(string type) => type is AppArmorProfileType.RuntimeDefault or AppArmorProfileType.Localhost;

    private static bool IsArmoredNote(string value) =>
        value is "" or "runtime/default" || value.StartsWith("localhost/", StringComparison.Ordinal);

    private static Violation? Capabilities(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => Added(c).Any()).ToList();
        return containers.Count == 0
            ? null
            : new(
                "non-default capabilities",
                $"{Culprits.Containers(containers)} must not include {Culprits.QuoteSorted(containers.SelectMany(Added))} in securityContext.capabilities.add");

        static IEnumerable<string> Added(Container container) =>
            (container.SecurityContext?.Capabilities?.Add ?? default).Where(name => !DefaultCapabilities.Contains(name));
    }

    private static Violation? HostNamespaces(CheckedPod pod)
    {
        List<string> shared =
        [
            .. pod.Spec.HostNetwork ? ["hostNetwork=true"] : Array.Empty<string>(),
            .. pod.Spec.HostPID ? ["hostPID=true"] : Array.Empty<string>(),
            .. pod.Spec.HostIPC ? ["hostIPC=true"] : Array.Empty<string>(),
        ];
        return shared.Count == 0 ? null : new("host namespaces", string.Join(", ", shared));
    }

    private static Violation? HostPaths(CheckedPod pod)
    {
        var volumes = pod.Spec.Volumes.Where(volume => volume.HostPath is not null).Select(volume => volume.Name).ToList();
        return volumes.Count == 0
            ? null
            : new("hostPath volumes", $"{Culprits.Plural("volume", "volumes", volumes.Count)} {Culprits.Quote(volumes)}");
    }

    private static Violation? HostPorts(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => c.Ports.Any(port => port.HostPort != 0)).ToList();
        if (containers.Count == 0)
        {
            return null;
        }

        var ports = containers.SelectMany(c => c.Ports)
            .Where(port => port.HostPort != 0)
            .Select(port => port.HostPort.ToString(CultureInfo.InvariantCulture))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return new(
            "hostPort",
            $"{Culprits.Containers(containers)} {Culprits.Plural("uses", "use", containers.Count)} {Culprits.Plural("hostPort", "hostPorts", ports.Count)} {string.Join(", ", ports)}");
    }

    private static Violation? ProbedHosts(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => Hosts(c).Any()).OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        if (containers.Count == 0)
        {
            return null;
        }

        var hosts = containers.SelectMany(Hosts).Distinct(StringComparer.Ordinal).ToList();
        return new(
            "probe or lifecycle host",
            $"{Culprits.Containers(containers)} {Culprits.Plural("uses", "use", containers.Count)} {Culprits.Plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.Count)} {Culprits.QuoteSorted(hosts)}");

        static IEnumerable<string> Hosts(Container container) => new[]
        {
            container.LivenessProbe?.HttpGet?.Host, container.LivenessProbe?.TcpSocket?.Host,
            container.ReadinessProbe?.HttpGet?.Host, container.ReadinessProbe?.TcpSocket?.Host,
            container.StartupProbe?.HttpGet?.Host, container.StartupProbe?.TcpSocket?.Host,
            container.Lifecycle?.PostStart?.HttpGet?.Host, container.Lifecycle?.PostStart?.TcpSocket?.Host,
            container.Lifecycle?.PreStop?.HttpGet?.Host, container.Lifecycle?.PreStop?.TcpSocket?.Host,
        }.Where(host => !string.IsNullOrEmpty(host)).Select(host => host!);
    }

    private static Violation? Privileged(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => c.SecurityContext?.Privileged == true).ToList();
        return containers.Count == 0 ? null : new("privileged", $"{Culprits.Containers(containers)} must not set securityContext.privileged=true");
    }

    private static Violation? ProcMount(CheckedPod pod)
    {
        var containers = pod.Containers.Where(c => c.SecurityContext?.ProcMount is { } mount && mount != ProcMountType.Default).ToList();
        return containers.Count == 0
            ? null
            : new(
                "procMount",
                $"{Culprits.Containers(containers)} must not set securityContext.procMount to {Culprits.QuoteSorted(containers.Select(c => c.SecurityContext!.ProcMount!))}");
    }

    private static Violation? SeLinux(CheckedPod pod, string[] types)
    {
        var own = pod.Spec.SecurityContext?.SeLinuxOptions;
        var containers = pod.Containers.Where(c => IsBad(c.SecurityContext?.SeLinuxOptions)).ToList();
        if (!IsBad(own) && containers.Count == 0)
        {
            return null;
        }

        var bad = containers.Select(c => c.SecurityContext!.SeLinuxOptions!).Concat(IsBad(own) ? [own!] : []).ToList();
        var badTypes = bad.Where(HasBadType).Select(options => options.Type!).Distinct().ToList();
        List<string> said =
        [
            .. badTypes.Count > 0 ? [$"{Culprits.Plural("type", "types", badTypes.Count)} {Culprits.QuoteSorted(badTypes)}"] : Array.Empty<string>(),
            .. bad.Any(options => !string.IsNullOrEmpty(options.User)) ? ["user may not be set"] : Array.Empty<string>(),
            .. bad.Any(options => !string.IsNullOrEmpty(options.Role)) ? ["role may not be set"] : Array.Empty<string>(),
        ];
        return new(
            "seLinuxOptions",
            $"{Culprits.PodAndContainers(IsBad(own), containers)} set forbidden securityContext.seLinuxOptions: {string.Join("; ", said)}");

        bool IsBad(SELinuxOptions? options) =>
            options is not null && (HasBadType(options) || !string.IsNullOrEmpty(options.User) || !string.IsNullOrEmpty(options.Role));

        bool HasBadType(SELinuxOptions options) => !string.IsNullOrEmpty(options.Type) && !types.Contains(options.Type);
    }

    private static Violation? SeccompNotes(CheckedPod pod)
    {
        var bad = pod.Containers.Select(c => SeccompNote + c.Name)
            .Append(PodSeccompNote)
            .Where(note => pod.Metadata.Annotations.TryGetValue(note, out var value) && !IsConfinedNote(value))
            .Select(note => $"{note}={QuotedText.Of(pod.Metadata.Annotations[note])}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return bad.Count == 0
            ? null
            : new("seccompProfile", $"forbidden {Culprits.Plural("annotation", "annotations", bad.Count)} {string.Join(", ", bad)}");
    }

    private static bool IsConfinedNote(string value) =>
        value is "runtime/default" or "docker/default" || value.StartsWith("localhost/", StringComparison.Ordinal);

    private static Violation? Sysctls(CheckedPod pod, string[] safe)
    {
        var bad = (pod.Spec.SecurityContext?.Sysctls ?? default).Select(one => one.Name).Where(name => !safe.Contains(name)).ToList();
        return bad.Count == 0 ? null : new("forbidden sysctls", string.Join(", ", bad));
    }

    private static Violation? HostProcess(CheckedPod pod)
    {
        var isPod = pod.Spec.SecurityContext?.WindowsOptions?.HostProcess == true;
        var containers = pod.Containers.Where(c => c.SecurityContext?.WindowsOptions?.HostProcess == true).ToList();
        return !isPod && containers.Count == 0
            ? null
            : new("hostProcess", $"{Culprits.PodAndContainers(isPod, containers)} must not set securityContext.windowsOptions.hostProcess=true");
    }
}
