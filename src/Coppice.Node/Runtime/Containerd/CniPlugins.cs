using Coppice.Client;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>
/// A directory of CNI plugins with those of the machine, and one of ours that goes before them. A network namespace is new when its first plugin
/// is called, and its kernel settings are the kernel's own: with these, each address of IPv6 is asked for on the link before it is used, which
/// takes a second or two, and which the plugins wait for. There is nobody else on a pod's link.
/// </summary>
internal static class CniPlugins
{
    private const string Script = """
        #!/bin/sh
        # Before a pod has addresses: the kernel is not to ask who else has them.
        case "$CNI_COMMAND" in
        VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0"]}' ;;
        ADD) nsenter --net="$CNI_NETNS" sh -c 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad' && echo '{"cniVersion":"0.4.0"}' ;;
        esac

        """;

    /// <param name="from">Where those of the machine are.</param>
    public static void Prepare(string directory, string from)
    {
        OwnFiles.MakePrivateDirectory(directory);
        var own = Path.Combine(directory, ContainerdOptions.FirstPlugin);
        OwnFiles.WritePrivate(own, Script);
        File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var plugin in Directory.EnumerateFiles(from))
        {
            var link = Path.Combine(directory, Path.GetFileName(plugin));
            File.Delete(link);
            File.CreateSymbolicLink(link, plugin);
        }
    }
}
