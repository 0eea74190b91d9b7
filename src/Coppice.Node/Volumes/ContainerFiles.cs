using System.Text;
using Coppice.Client;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>The files that a container gets of the node itself: /etc/hosts, and the one for its last words.</summary>
internal static class ContainerFiles
{
    private const UnixFileMode Writable = (UnixFileMode)0x1B6; // 0666

    public static void Make(Pod pod, Container container, MountInputs inputs, PodPaths paths)
    {
        var uid = pod.Metadata.Uid ?? "";
        OwnFiles.MakePrivateDirectory(paths.Pod(uid));
        var hosts = Hosts(pod, inputs, pod.Spec.HostNetwork ? File.ReadAllText("/etc/hosts") : null);
        // Written in place: containers that run hold the file itself.
        if (!File.Exists(paths.Hosts(uid)) || File.ReadAllText(paths.Hosts(uid)) != hosts)
        {
            OwnFiles.Write(paths.Hosts(uid), hosts, OwnFiles.PublicFile);
        }

        var termination = paths.TerminationLog(uid, container.Name, inputs.Attempt);
        OwnFiles.MakePrivateDirectory(Path.GetDirectoryName(termination)!);
        OwnFiles.Write(termination, "", Writable);
    }

    /// <param name="ofHost">The host's own file for a pod on its network; null otherwise.</param>
    internal static string Hosts(Pod pod, MountInputs inputs, string? ofHost)
    {
        var text = new StringBuilder();
        if (ofHost is not null)
        {
            text.Append("# Kubernetes-managed hosts file (host network).\n").Append(ofHost);
        }
        else
        {
            text.Append("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
            text.Append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            foreach (var address in inputs.PodAddresses)
            {
                text.Append(inputs.Domain is { } domain ? $"{address}\t{inputs.Hostname}.{domain}\t{inputs.Hostname}\n" : $"{address}\t{inputs.Hostname}\n");
            }
        }

        if (pod.Spec.HostAliases.Count > 0)
        {
            text.Append("\n# Entries added by HostAliases.\n");
            foreach (var alias in pod.Spec.HostAliases)
            {
                text.Append($"{alias.Ip}\t{string.Join('\t', alias.Hostnames)}\n");
            }
        }

        return text.ToString();
    }
}
