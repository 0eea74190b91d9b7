using System.Globalization;
using Coppice.Node.Runtime.Cri.Wire;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Coppice.Node.Runtime.Cri;

/// <summary>Our specs in CRI's words.</summary>
internal static class CriRequests
{
    public static PodSandboxConfig Sandbox(SandboxSpec spec)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = spec.Pod.Name, Namespace = spec.Pod.Namespace, Uid = spec.Pod.Uid, Attempt = (uint)spec.Attempt },
            Hostname = spec.Hostname,
            LogDirectory = spec.LogDirectory,
            DnsConfig = new DNSConfig { Servers = { spec.Dns.Servers }, Searches = { spec.Dns.Searches }, Options = { spec.Dns.Options } },
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = spec.CgroupParent,
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    NamespaceOptions = Namespaces(spec.Sharing),
                    RunAsUser = Optional(spec.Security.RunAsUser),
                    RunAsGroup = Optional(spec.Security.RunAsGroup),
                    SupplementalGroups = { spec.Security.SupplementalGroups },
                    Privileged = spec.Security.Privileged,
                    // What the pod says is for its containers: the process that only holds its namespaces never needs more.
                    Seccomp = Restriction(new SecurityRestriction(SecurityRestrictionKind.RuntimeDefault)),
                    SelinuxOptions = Label(spec.Security.SELinux),
                },
            },
        };
        foreach (var mapping in spec.PortMappings)
        {
            config.PortMappings.Add(Port(mapping));
        }

        AddAll(config.Linux.Sysctls, spec.Security.Sysctls);
        AddAll(config.Labels, spec.Labels);
        AddAll(config.Annotations, spec.Annotations);
        AddIdentity(config.Labels, spec.Pod);
        return config;
    }

    public static CreateContainerRequest Container(string sandboxId, ContainerSpec spec)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = spec.Name, Attempt = (uint)spec.Attempt },
            Image = new ImageSpec { Image = spec.Image },
            Command = { spec.Command },
            Args = { spec.Arguments },
            WorkingDir = spec.WorkingDirectory ?? "",
            LogPath = spec.LogPath,
            Stdin = spec.Stdin,
            StdinOnce = spec.StdinOnce,
            Tty = spec.Tty,
            Linux = new LinuxContainerConfig { Resources = Resources(spec.Resources), SecurityContext = Security(spec) },
        };
        foreach (var (name, value) in spec.Environment)
        {
            config.Envs.Add(new KeyValue { Key = name, Value = ByteString.CopyFromUtf8(value) });
        }

        foreach (var mount in spec.Mounts)
        {
            config.Mounts.Add(Mount(mount));
        }

        AddIdentity(config.Labels, spec.Sandbox.Pod);
        config.Labels[CriLabels.ContainerName] = spec.Name;
        config.Annotations[CriLabels.SpecHash] = spec.SpecHash;
        config.Annotations[CriLabels.RestartCount] = spec.Attempt.ToString(CultureInfo.InvariantCulture);
        config.Annotations[CriLabels.TerminationMessagePath] = spec.TerminationMessagePath;
        return new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = Sandbox(spec.Sandbox) };
    }

    public static LinuxContainerResources Resources(ContainerResources limits)
    {
        var resources = new LinuxContainerResources
        {
            CpuShares = limits.CpuShares,
            CpuQuota = limits.CpuQuotaMicroseconds,
            CpuPeriod = limits.CpuPeriodMicroseconds,
            MemoryLimitInBytes = limits.MemoryLimitBytes,
            OomScoreAdj = limits.OomScoreAdjust,
        };
        if (limits.OomKillsWhole)
        {
            resources.Unified.Add("memory.oom.group", "1");
        }

        return resources;
    }

    private static LinuxContainerSecurityContext Security(ContainerSpec spec)
    {
        var security = spec.Security;
        // The runtime takes an empty list for no path at all, and has no list of its own.
        var seesAll = security.Privileged || security.SeesKernelSettings;
        return new LinuxContainerSecurityContext
        {
            NamespaceOptions = Namespaces(spec),
            Privileged = security.Privileged,
            RunAsUser = Optional(security.RunAsUser),
            RunAsUsername = security.RunAsUserName ?? "",
            RunAsGroup = Optional(security.RunAsGroup),
            SupplementalGroups = { security.SupplementalGroups },
            ReadonlyRootfs = security.ReadOnlyRootFilesystem,
            NoNewPrivs = security.NoNewPrivileges,
            // Without a word there is no profile, as with the kubelet; a privileged container never has one.
            Seccomp = Restriction(security.Privileged || security.Seccomp is not { } seccomp ? new SecurityRestriction(SecurityRestrictionKind.Unconfined) : seccomp),
            Apparmor = security.AppArmor is { } profile ? Restriction(profile) : null,
            SelinuxOptions = Label(security.SELinux),
            MaskedPaths = { seesAll ? [] : KernelPaths.Masked },
            ReadonlyPaths = { seesAll ? [] : KernelPaths.ReadOnly },
            Capabilities = new Capability { AddCapabilities = { security.AddCapabilities }, DropCapabilities = { security.DropCapabilities } },
        };
    }

    private static NamespaceOption Namespaces(ContainerSpec spec)
    {
        var options = Namespaces(spec.Sandbox.Sharing);
        if (spec.ProcessesOf is { } target)
        {
            (options.Pid, options.TargetId) = (NamespaceMode.Target, target);
        }

        return options;
    }

    private static NamespaceOption Namespaces(NamespaceSharing sharing) => new()
    {
        Network = sharing.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = sharing.HostIpc ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = sharing.HostPid ? NamespaceMode.Node : sharing.ShareProcessNamespace ? NamespaceMode.Pod : NamespaceMode.Container,
    };

    private static SecurityProfile Restriction(SecurityRestriction restriction) => new()
    {
        ProfileType = restriction.Kind switch
        {
            SecurityRestrictionKind.RuntimeDefault => SecurityProfile.Types.ProfileType.RuntimeDefault,
            SecurityRestrictionKind.Localhost => SecurityProfile.Types.ProfileType.Localhost,
            _ => SecurityProfile.Types.ProfileType.Unconfined,
        },
        LocalhostRef = restriction.Name,
    };

    private static SELinuxOption? Label(SELinuxLabel? label) =>
        label is null ? null : new SELinuxOption { User = label.User, Role = label.Role, Type = label.Type, Level = label.Level };

    private static Wire.PortMapping Port(PortMapping mapping) => new()
    {
        ContainerPort = mapping.ContainerPort,
        HostPort = mapping.HostPort,
        HostIp = mapping.HostIp,
        Protocol = mapping.Protocol switch { "UDP" => Protocol.Udp, "SCTP" => Protocol.Sctp, _ => Protocol.Tcp },
    };

    private static Mount Mount(ContainerMount mount) => new()
    {
        HostPath = mount.HostPath,
        ContainerPath = mount.ContainerPath,
        Readonly = mount.ReadOnly,
        Propagation = mount.Propagation switch
        {
            MountPropagation.HostToContainer => Wire.MountPropagation.PropagationHostToContainer,
            MountPropagation.Bidirectional => Wire.MountPropagation.PropagationBidirectional,
            _ => Wire.MountPropagation.PropagationPrivate,
        },
    };

    private static Int64Value? Optional(long? value) => value is { } number ? new Int64Value { Value = number } : null;

    private static void AddIdentity(MapField<string, string> labels, PodIdentity pod)
    {
        labels[CriLabels.PodName] = pod.Name;
        labels[CriLabels.PodNamespace] = pod.Namespace;
        labels[CriLabels.PodUid] = pod.Uid;
    }

    private static void AddAll(MapField<string, string> target, IReadOnlyDictionary<string, string> source)
    {
        foreach (var (key, value) in source)
        {
            target[key] = value;
        }
    }
}
