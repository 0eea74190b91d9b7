using Coppice.Node.Host;
using Coppice.Node.Runtime.Containerd;
using Coppice.Testing;

namespace Coppice.Node.Tests.Runtime;

public sealed class ContainerdConfigurationTests
{
    private static readonly ContainerdOptions Options = new() { Directory = "/var/lib/coppice/containerd" };
    private static readonly HostFacts Modern = new(true, true, true, "/usr/lib/cni");

    [Fact]
    public void Everything_lies_under_the_directory()
    {
        var toml = Render(Modern);

        Assert.Contains("root = \"/var/lib/coppice/containerd/root\"", toml);
        Assert.Contains("state = \"/var/lib/coppice/containerd/state\"", toml);
        Assert.Contains("address = \"/var/lib/coppice/containerd/containerd.sock\"", toml);
        Assert.Contains("bin_dir = \"/usr/lib/cni\"", toml);
        Assert.Contains("config_path = \"/var/lib/coppice/containerd/certs.d\"", toml);
    }

    [Fact]
    public async Task Pods_with_addresses_of_IPv6_have_a_plugin_of_ours_before_those_of_the_machine()
    {
        Assert.Contains("bin_dir = \"/var/lib/coppice/containerd/cni-plugins\"", ContainerdConfiguration.Render(Options with { PodsHaveV6 = true }, new ContainerdLayout(Options), Modern));

        using var folder = new TemporaryDirectory();
        var (from, to) = (Directory.CreateDirectory(Path.Combine(folder.Path, "from")).FullName, Path.Combine(folder.Path, "to"));
        File.WriteAllText(Path.Combine(from, "ptp"), "one");
        CniPlugins.Prepare(to, from);
        File.WriteAllText(Path.Combine(from, "ptp"), "two");
        File.WriteAllText(Path.Combine(from, "newer"), "three");
        CniPlugins.Prepare(to, from);

        Assert.Equal(("two", "three"), (File.ReadAllText(Path.Combine(to, "ptp")), File.ReadAllText(Path.Combine(to, "newer"))));
        Assert.Contains("0.4.0", (await new Command("env", "CNI_COMMAND=VERSION", Path.Combine(to, ContainerdOptions.FirstPlugin)).RunAsync()).OrThrow());
        Assert.Equal("", (await new Command("env", "CNI_COMMAND=DEL", Path.Combine(to, ContainerdOptions.FirstPlugin)).RunAsync()).OrThrow());
    }

    [Fact]
    public void The_machine_decides_what_is_switched_on()
    {
        var modern = Render(Modern);
        Assert.Contains("restrict_oom_score_adj = false", modern);
        Assert.Contains("disable_apparmor = false", modern);
        Assert.Contains("snapshotter = \"overlayfs\"", modern);

        var bare = Render(new HostFacts(false, false, false, null));
        Assert.Contains("restrict_oom_score_adj = true", bare);
        Assert.Contains("disable_apparmor = true", bare);
        Assert.Contains("snapshotter = \"native\"", bare);
    }

    [Fact]
    public void Cgroups_are_named_by_paths_even_where_systemd_runs() => Assert.Contains("SystemdCgroup = false", Render(Modern));

    [Theory]
    [InlineData("nodev\tsysfs\nnodev\toverlay\n\text4\n", true)]
    [InlineData("nodev\tsysfs\nnodev\tfuse.overlayfs\n\text4\n", false)]
    public void A_file_system_is_known_by_the_kernels_list(string list, bool there) =>
        Assert.Equal(there, new KernelFileSystem("overlay").IsListed(list));

    [Fact]
    public void A_socket_under_a_long_directory_goes_to_run()
    {
        var layout = new ContainerdLayout(new ContainerdOptions { Directory = "/var/lib/" + new string('x', 100) });

        Assert.StartsWith("/run/coppice/", layout.Socket);
        Assert.True(layout.Socket.Length < 100);
    }

    [Fact]
    public void Mount_points_with_blanks_are_read_as_they_are()
    {
        var mount = Assert.Single(MountTable.Parse(@"36 35 98:0 /mnt1 /mnt\040two rw,noatime master:1 - ext3 /dev/root rw" + "\n"));

        Assert.Equal(("/mnt two", "ext3"), (mount.MountPoint, mount.FileSystem));
        Assert.True(mount.Holds("/mnt two/file"));
        Assert.False(mount.Holds("/mnt two more"));
    }

    private static string Render(HostFacts host) => ContainerdConfiguration.Render(Options, new ContainerdLayout(Options), host);
}
