using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>What is mounted into a container, and from where. Pure.</summary>
public static class ContainerMounts
{
    private const string HostsPath = "/etc/hosts";

    /// <exception cref="ContainerConfigException">A mount names what is not there, or leads out of its volume.</exception>
    public static IReadOnlyList<ContainerMount> Plan(Pod pod, Container container, MountInputs inputs, PodPaths paths)
    {
        var mounts = new List<ContainerMount>();
        var uid = pod.Metadata.Uid ?? "";
        foreach (var (index, mount) in container.VolumeMounts.Index())
        {
            if (!inputs.Volumes.TryGetValue(mount.Name, out var volume))
            {
                throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            }

            if (mount.RecursiveReadOnly == RecursiveReadOnlyMode.Enabled)
            {
                throw new ContainerConfigException($"volume \"{mount.Name}\" requested recursive read-only mode, but it is not supported by the runtime");
            }

            var inside = SubPath(mount, inputs);
            mounts.Add(new ContainerMount(
                inside.Length == 0 ? volume : paths.SubPath(uid, container.Name, index),
                mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath,
                mount.ReadOnly || IsAlwaysReadOnly(pod, mount.Name),
                mount.MountPropagation switch
                {
                    MountPropagationMode.HostToContainer => MountPropagation.HostToContainer,
                    MountPropagationMode.Bidirectional => MountPropagation.Bidirectional,
                    _ => MountPropagation.Private,
                }));
        }

        // A container that mounts its own is left alone; with the host's network and no aliases it sees the host's.
        if (!mounts.Any(one => one.ContainerPath == HostsPath))
        {
            mounts.Add(new ContainerMount(paths.Hosts(uid), HostsPath, false));
        }

        var termination = container.TerminationMessagePath is { Length: > 0 } own ? own : ContainerSpecBuilder.DefaultTerminationPath;
        mounts.Add(new ContainerMount(paths.TerminationLog(uid, container.Name, inputs.Attempt), termination, false));
        return mounts;
    }

    /// <summary>The part of a volume that a mount shows; empty for all of it.</summary>
    internal static string SubPath(VolumeMount mount, MountInputs inputs)
    {
        var path = mount.SubPath ?? "";
        if (mount.SubPathExpr is { Length: > 0 } expression)
        {
            var variables = inputs.Environment.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
            path = VariableExpansion.Expand(expression, name => variables.GetValueOrDefault(name) ?? throw new ContainerConfigException($"missing value for \"{name}\""));
        }

        if (path.StartsWith('/'))
        {
            throw new ContainerConfigException($"error SubPath `{path}` must not be an absolute path");
        }

        if (path.Split('/').Contains(".."))
        {
            throw new ContainerConfigException($"unable to provision SubPath `{path}`: must not contain '..'");
        }

        return path;
    }

    private static bool IsAlwaysReadOnly(Pod pod, string name) =>
        pod.Spec.Volumes.FirstOrDefault(one => one.Name == name) is { } volume
        && (volume.PersistentVolumeClaim is { ReadOnly: true } || VolumePlugins.Find(volume) is { IsReadOnly: true });
}
