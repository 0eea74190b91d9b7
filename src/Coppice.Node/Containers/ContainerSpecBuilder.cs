using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;
using SeccompProfile = Coppice.Objects.Core.SeccompProfile;

namespace Coppice.Node.Containers;

/// <summary>What was resolved for a container before it is made.</summary>
/// <param name="Attempt">0 for the first of its name in the pod.</param>
/// <param name="Image">The image on the node; its user decides where the pod demands that it is not root.</param>
/// <param name="MemoryCapacityBytes">The node's.</param>
/// <param name="OomKillsWhole">The node's kernel can end a container as a whole.</param>
public sealed record ContainerInputs(
    int Attempt,
    SandboxSpec Sandbox,
    ImageRecord Image,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    IReadOnlyList<ContainerMount> Mounts,
    long MemoryCapacityBytes,
    bool OomKillsWhole = false)
{
    /// <summary>The directory of the node's own seccomp profiles.</summary>
    public string SeccompRoot { get; init; } = "";
}

/// <summary>Turns a container of a pod into the one to make. Pure.</summary>
public static class ContainerSpecBuilder
{
    public const string DefaultTerminationPath = "/dev/termination-log";

    /// <exception cref="ContainerConfigException">It must not run as root, and would.</exception>
    public static ContainerSpec Build(Pod pod, Container container, ContainerInputs inputs)
    {
        var variables = inputs.Environment.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
        string[] Expand(IEnumerable<string> words) => [.. words.Select(word => VariableExpansion.Expand(word, variables.GetValueOrDefault))];
        var security = Security(pod, container, inputs);
        RefuseRoot(pod, container, security.RunAsUser, inputs.Image.User);
        return new ContainerSpec(
            container.Name,
            inputs.Attempt,
            container.Image ?? "",
            Expand(container.Command),
            Expand(container.Args),
            container.WorkingDir,
            inputs.Environment,
            inputs.Mounts,
            ContainerLimits.Of(pod, container, inputs.MemoryCapacityBytes) with { OomKillsWhole = inputs.OomKillsWhole },
            security,
            LogPath(container.Name, inputs.Attempt),
            container.TerminationMessagePath is { Length: > 0 } path ? path : DefaultTerminationPath,
            Hash(container),
            container.Stdin,
            container.StdinOnce,
            container.Tty,
            inputs.Sandbox);
    }

    /// <summary>Relative to the pod's log directory.</summary>
    public static string LogPath(string container, int attempt) => $"{container}/{attempt.ToString(CultureInfo.InvariantCulture)}.log";

    /// <summary>
    /// Of what makes a container another one: its name and image. Everything else of a running pod's containers is either
    /// immutable or changed in place, and an update of coppice with new defaults must not restart anything.
    /// </summary>
    public static string Hash(Container container) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}")))[..8];

    /// <summary>Whether it was made of this; one of which nobody knows counts as such.</summary>
    public static bool IsOf(Container container, ContainerRecord record) => record.SpecHash.Length == 0 || record.SpecHash == Hash(container);

    internal static IReadOnlyList<long> Groups(PodSecurityContext pod) =>
        pod.FsGroup is { } group && !pod.SupplementalGroups.Contains(group) ? [.. pod.SupplementalGroups, group] : pod.SupplementalGroups;

    internal static SELinuxLabel? Label(SELinuxOptions? options) =>
        options is null ? null : new SELinuxLabel(options.User ?? "", options.Role ?? "", options.Type ?? "", options.Level ?? "");

    /// <summary>The container's own settings over the pod's.</summary>
    private static ContainerSecurity Security(Pod pod, Container container, ContainerInputs inputs)
    {
        var outer = pod.Spec.SecurityContext ?? new PodSecurityContext();
        var own = container.SecurityContext ?? new SecurityContext();
        var group = own.RunAsGroup ?? outer.RunAsGroup;
        var (user, userName) = (own.RunAsUser ?? outer.RunAsUser, default(string));
        if (user is null && group is not null)
        {
            // The runtime takes no group without a user.
            (user, userName) = UserOf(inputs.Image);
        }

        return new ContainerSecurity(
            user,
            userName,
            group,
            Groups(outer),
            own.Privileged == true,
            own.ReadOnlyRootFilesystem == true,
            own.AllowPrivilegeEscalation == false,
            Seccomp(own.SeccompProfile ?? outer.SeccompProfile, inputs.SeccompRoot),
            own.Capabilities?.Add ?? [],
            own.Capabilities?.Drop ?? [])
        {
            AppArmor = AppArmor(own.AppArmorProfile ?? outer.AppArmorProfile),
            SELinux = Label(own.SeLinuxOptions ?? outer.SeLinuxOptions),
            SeesKernelSettings = own.ProcMount == ProcMountType.Unmasked,
        };
    }

    private static (long? User, string? Name) UserOf(ImageRecord image)
    {
        var user = image.User?.Split(':')[0] ?? "";
        return user.Length == 0 ? (0, null) : long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? (id, null) : (null, user);
    }

    private static SecurityRestriction? Seccomp(SeccompProfile? profile, string root) => profile switch
    {
        null => null,
        { Type: SeccompProfileType.RuntimeDefault } => new SecurityRestriction(SecurityRestrictionKind.RuntimeDefault),
        { Type: SeccompProfileType.Localhost } => new SecurityRestriction(SecurityRestrictionKind.Localhost, SeccompFile(profile.LocalhostProfile, root)),
        _ => new SecurityRestriction(SecurityRestrictionKind.Unconfined),
    };

    // The runtime reads the file as root: the API server has refused what leads out of the directory, and a node trusts nobody with the host's files.
    private static string SeccompFile(string? name, string root)
    {
        if (name is not { Length: > 0 })
        {
            throw new ContainerConfigException("localhostProfile must be set if seccompProfile type is Localhost.");
        }

        return name[0] == '/' || name.Split('/').Contains("..")
            ? throw new ContainerConfigException($"seccomp profile \"{name}\" is not in the directory of the node's profiles")
            : $"{root}/{name}";
    }

    private static SecurityRestriction? AppArmor(AppArmorProfile? profile) => profile switch
    {
        null => null,
        { Type: AppArmorProfileType.RuntimeDefault } => new SecurityRestriction(SecurityRestrictionKind.RuntimeDefault),
        { Type: AppArmorProfileType.Localhost } => new SecurityRestriction(SecurityRestrictionKind.Localhost, profile.LocalhostProfile ?? ""),
        _ => new SecurityRestriction(SecurityRestrictionKind.Unconfined),
    };

    private static void RefuseRoot(Pod pod, Container container, long? user, string? imageUser)
    {
        if ((container.SecurityContext?.RunAsNonRoot ?? pod.Spec.SecurityContext?.RunAsNonRoot) != true)
        {
            return;
        }

        var where = $"(pod: \"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})\", container: {container.Name})";
        if (user == 0)
        {
            throw new ContainerConfigException($"container's runAsUser breaks non-root policy {where}");
        }

        if (user is not null)
        {
            return;
        }

        var name = imageUser?.Split(':')[0];
        if (name is null or "" or "0")
        {
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {where}");
        }

        if (!name.All(char.IsAsciiDigit))
        {
            throw new ContainerConfigException($"container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root {where}");
        }
    }
}
