using System.Text.Json;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>containerd's config.toml (version 2, which 1.5 to 2.x read).</summary>
internal static class ContainerdConfiguration
{
    public static string Render(ContainerdOptions options, ContainerdLayout layout, HostFacts host) => $"""
        # Written by coppice at every start; changes here are lost.
        version = 2
        root = {Text(layout.Root)}
        state = {Text(layout.State)}
        # Plugins for file systems and interfaces that are not used here: they cost time at start, and memory.
        disabled_plugins = [
          "io.containerd.snapshotter.v1.aufs",
          "io.containerd.snapshotter.v1.btrfs",
          "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.zfs",
          "io.containerd.snapshotter.v1.blockfile",
          "io.containerd.internal.v1.opt",
          "io.containerd.internal.v1.tracing",
          "io.containerd.tracing.processor.v1.otlp",
          "io.containerd.nri.v1.nri",
        ]

        [grpc]
          address = {Text(layout.Socket)}

        [debug]
          level = "warn"

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = {Text(options.SandboxImage)}
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"
          max_container_log_line_size = {options.LogLineBytesMax}
          # The namespaces' mounts stay under our directory, not in /var/run/netns among those of others.
          netns_mounts_under_state_dir = true
          # Without CAP_SYS_RESOURCE a lower oom_score_adj than the parent's is refused, and the sandbox with it.
          restrict_oom_score_adj = {Bool(!host.CanRaiseOomScore)}
          disable_apparmor = {Bool(!host.HasAppArmor)}
          tolerate_missing_hugetlb_controller = true

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = {Text(options.PodsHaveV6 ? layout.CniPluginDirectory : PluginsOf(options, host))}
            conf_dir = {Text(layout.CniConfigurationDirectory)}
            max_conf_num = 1

          [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = {Text(layout.RegistryDirectory)}

          [plugins."io.containerd.grpc.v1.cri".containerd]
            default_runtime_name = "runc"
            snapshotter = {Text(Snapshotter(host))}

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                Root = {Text(layout.RuncState)}
                # Our cgroups are named by their paths, on every machine alike, and not by slices of systemd.
                SystemdCgroup = false

        """;

    /// <summary>Where the machine has the CNI plugins.</summary>
    public static string PluginsOf(ContainerdOptions options, HostFacts host) => host.CniPluginDirectory ?? options.CniPluginDirectories[0];

    public static string Snapshotter(HostFacts host) => host.HasOverlay ? "overlayfs" : "native";

    private static string Bool(bool value) => value ? "true" : "false";

    // A TOML basic string has JSON's escapes.
    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
}
