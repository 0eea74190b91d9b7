using Coppice.Contracts.Agents;
using Coppice.Node;
using Coppice.Node.Host;
using Coppice.Node.ImageCollection;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Cri;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Runtimes;

/// <summary>What only real containers can show: files, processes, namespaces, cgroups.</summary>
public sealed class ContainerdRuntimeTests(ContainerdFixture containerd) : ContainerRuntimeContract(containerd.Running.GetAwaiter().GetResult())
{
    private RunningContainerd Containerd => (RunningContainerd)Under;

    [Fact]
    public async Task Output_is_logged_line_by_line_in_CRI_format()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, RunningContainerd.Shell("echo one; echo two >&2; exit 0")));
        await UntilAsync(id, ContainerRunState.Exited);

        var file = Path.Combine(spec.LogDirectory, "main/0.log");
        var lines = await Eventually.SeeAsync("two lines", Patience, () => File.ReadAllLinesAsync(file), seen => seen.Length == 2);

        Assert.Contains(lines, line => line.EndsWith(" stdout F one", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith(" stderr F two", StringComparison.Ordinal));
        Assert.True(DateTimeOffset.TryParse(lines[0].Split(' ')[0], out _));
        Assert.Equal(file, (await Runtime.FindContainerAsync(id, Stop))!.LogPath);
    }

    [Fact]
    public async Task A_log_that_was_renamed_is_opened_anew()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, RunningContainerd.Shell("while true; do echo tick; sleep 0.1; done")));
        var file = Path.Combine(spec.LogDirectory, "main/0.log");
        await Eventually.TrueAsync($"something in {file}", Patience, () => File.Exists(file) && new FileInfo(file).Length > 0);

        File.Move(file, file + ".old");
        await Runtime.ReopenLogAsync(id, Stop);

        await Eventually.TrueAsync($"something in {file}", Patience, () => File.Exists(file) && new FileInfo(file).Length > 0);
    }

    [Fact]
    public async Task Environment_arguments_mounts_hostname_and_resolver_are_as_asked()
    {
        var (spec, sandbox) = await PodAsync();
        var shared = Directory.CreateDirectory(Path.Combine(spec.LogDirectory, "shared"));
        await File.WriteAllTextAsync(Path.Combine(shared.FullName, "greeting"), "hello", Stop);
        var container = Container(spec, new TestProgram(RunningContainerd.Shell("").Image, ["/bin/sh", "-c"], ["echo $WHO $0 $1; trap 'exit 0' TERM; while true; do sleep 1000 & wait; done", "zero", "first"])) with
        {
            Environment = [new("WHO", "me=you ünd")],
            Mounts = [new(shared.FullName, "/shared", false), new(shared.FullName, "/frozen", true)],
            WorkingDirectory = "/shared",
            Security = Security() with { ReadOnlyRootFilesystem = true, RunAsUser = 0 },
        };
        var id = await StartAsync(sandbox, container);

        Assert.Equal("hello", await ShAsync(id, "cat greeting"));
        Assert.Equal(spec.Hostname, await ShAsync(id, "hostname"));
        Assert.Contains("nameserver 10.43.0.10", await ShAsync(id, "cat /etc/resolv.conf"));
        Assert.Equal("0 1 1", await ShAsync(id, "touch /shared/new; a=$?; touch /frozen/new 2>/dev/null; b=$?; touch /tmp/new 2>/dev/null; echo $a $b $?"));
        Assert.True(File.Exists(Path.Combine(shared.FullName, "new")));
        await Eventually.SeeAsync(
            "what it printed", Patience, () => File.ReadAllTextAsync(Path.Combine(spec.LogDirectory, "main/0.log"), Stop), seen => seen.EndsWith("me=you ünd zero first\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_a_group_and_dropped_capabilities_hold()
    {
        var (spec, sandbox) = await PodAsync();
        var security = Security() with { RunAsUser = 1234, RunAsGroup = 4321, SupplementalGroups = [777], DropCapabilities = ["ALL"], NoNewPrivileges = true };
        var id = await StartAsync(sandbox, Container(spec, Under.Sleeps) with { Security = security });

        Assert.Equal("1234 4321", await ShAsync(id, "echo $(id -u) $(id -g)"));
        Assert.Contains("777", await ShAsync(id, "id -G"));
        Assert.Contains("CapBnd:\t0000000000000000", await ShAsync(id, "cat /proc/self/status"));
        Assert.Contains("NoNewPrivs:\t1", await ShAsync(id, "cat /proc/self/status"));
    }

    [Fact]
    public async Task The_network_namespace_is_the_pods_own()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, Under.Sleeps));

        Assert.StartsWith(Containerd.Options.Directory, sandbox.NetworkNamespace);
        Assert.True(File.Exists(sandbox.NetworkNamespace));
        Assert.Contains(sandbox.Addresses[0], await ShAsync(id, "ip -4 address"));
    }

    [Fact]
    public async Task A_pods_containers_live_in_its_cgroup()
    {
        var tree = new CgroupTree(Containerd.CgroupRoot);
        var mounts = CgroupMounts.Observe();
        var files = new CgroupFiles(mounts);
        var parent = tree.Pod("cgroup-test", PodQuality.Burstable);
        files.Apply(parent, CgroupLimits.From(100, 500, 64 << 20));

        var (spec, sandbox) = await PodAsync(pod => pod with { CgroupParent = parent });
        await StartAsync(sandbox, Container(spec, Under.Sleeps) with { Resources = new ContainerResources(102, 50_000, 100_000, 32 << 20, 0) });

        var directory = mounts.Roots[mounts.IsUnified ? "" : "memory"] + parent;
        Assert.NotEmpty(Directory.EnumerateFiles(directory, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadLines));
        await Runtime.StopSandboxAsync(sandbox.Id, Stop);
        await Runtime.RemoveSandboxAsync(sandbox.Id, Stop);
        await files.RemoveAsync(parent, TimeProvider.System, Stop);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_kill_from_outside_is_an_error_with_137_and_not_an_OOM_kill()
    {
        var (spec, sandbox) = await PodAsync();
        await using var watch = await RuntimeWatch.StartAsync(Runtime);
        var id = await StartAsync(sandbox, Container(spec, RunningContainerd.Shell("sleep 0.2; kill -9 $$; sleep 1000")) with { Sandbox = spec with { Sharing = new NamespaceSharing(false, false, false, true) } });

        await watch.UntilAsync(one => one.Id == id && one.Type == RuntimeEventType.ContainerExited);

        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal((137, "Error"), (record.ExitCode, record.Reason));
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_to_start_and_says_so()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await Runtime.CreateContainerAsync(sandbox, Container(spec, new TestProgram(Under.Sleeps.Image, ["/no/such/program"], [])), Stop);

        var failed = await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.StartContainerAsync(id, Stop));

        Assert.Contains("/no/such/program", failed.Message);
        var record = (await Runtime.FindContainerAsync(id, Stop))!;
        Assert.Equal((ContainerRunState.Exited, 128, "StartError"), (record.State, record.ExitCode, record.Reason));
    }

    [Fact]
    public async Task Streams_are_opened_on_an_address_of_this_machine()
    {
        var (spec, sandbox) = await PodAsync();
        var id = await StartAsync(sandbox, Container(spec, Under.Sleeps));

        var exec = await Containerd.Cri.OpenExecAsync(id, ["/bin/sh"], new StreamSelection(true, true, false, true), Stop);
        var attach = await Containerd.Cri.OpenAttachAsync(id, new StreamSelection(false, true, true, false), Stop);

        Assert.Equal(("127.0.0.1", "/exec/"), (exec.Host, exec.Segments[0] + exec.Segments[1]));
        Assert.Equal(("127.0.0.1", "/attach/"), (attach.Host, attach.Segments[0] + attach.Segments[1]));
    }

    [Fact]
    public async Task A_pull_from_a_registry_that_is_not_there_says_that_it_cannot_be_reached()
    {
        var failed = await Assert.ThrowsAsync<ImagePullException>(async () => await Under.Images.PullAsync("127.0.0.1:1/app:1", null, Stop));

        Assert.Equal(ImagePullFailure.Unreachable, failed.Cause);
        Assert.StartsWith("failed to pull and unpack image \"127.0.0.1:1/app:1\"", failed.Message);
    }

    [Fact]
    public async Task An_imported_image_is_seen_under_its_full_name_at_once_and_can_be_removed()
    {
        var recipe = new ImageRecipe("docker.io/library/imported:1", [new ImageFile("/etc/name", "imported"u8.ToArray())]) { User = "1000" };
        await Containerd.Importer.EnsureAsync(recipe.Name, () => recipe, Stop);

        var image = await Under.Images.FindAsync("imported:1", Stop);
        Assert.NotNull(image);
        Assert.Equal(["docker.io/library/imported:1"], image.Tags);
        Assert.Equal("1000", image.User);

        await Under.Images.RemoveAsync(image.Id, Stop);
        await Eventually.TrueAsync("the image's end", Patience, async () => await Under.Images.FindAsync("imported:1", Stop) is null);
    }

    [Fact]
    public async Task Of_the_images_on_a_full_disk_those_go_that_were_pulled_and_that_no_container_has_not_even_one_that_has_ended()
    {
        var pulled = new PulledImages();
        var (images, ids) = (Under.Images, new Dictionary<string, string>());
        foreach (var name in (string[])["unused", "running", "ended", "brought"])
        {
            var busybox = RunningContainerd.BusyboxImage($"docker.io/library/{name}:1", name);
            await Containerd.Importer.EnsureAsync(busybox.Name, () => busybox, Stop);
            var image = (await images.FindAsync(busybox.Name, Stop))!;
            ids[name] = image.Id;
            if (name != "brought")
            {
                pulled.End(ImageReference.Parse(busybox.Name), image, null);
            }
        }

        var (spec, sandbox) = await PodAsync();
        var (shell, clock) = (RunningContainerd.Shell("exit 0"), new ManualTimeProvider());
        await StartAsync(sandbox, Container(spec, Under.Sleeps with { Image = "docker.io/library/running:1" }));
        var ended = await StartAsync(sandbox, Container(spec, shell with { Image = "docker.io/library/ended:1" }) with { Name = "other", LogPath = "other/0.log" });
        await UntilAsync(ended, ContainerRunState.Exited);

        var collector = new ImageCollector(
            new NodeImages(images, pulled, Runtime, _ => new(new FileSystemSpace(1L << 40, 0, 1L << 40, 0, 0)), () => []), new NodeAgentOptions { NodeName = "n1" }, new NodeAgentOnContainerdTests.NoEvents(), clock, NullLogger.Instance);
        await collector.CollectAsync(Stop);
        clock.Advance(new ImageCollectionOptions().AgeMin);
        Assert.StartsWith("Insufficient free disk space on the node's image filesystem (100% of 1.0 TiB used). ", await collector.CollectAsync(Stop));

        await Eventually.TrueAsync("the end of what nobody uses", Patience, async () => await images.FindAsync(ids["unused"], Stop) is null);
        foreach (var kept in (string[])["running", "ended", "brought"])
        {
            Assert.NotNull(await images.FindAsync(ids[kept], Stop));
        }

        Assert.NotNull(await images.FindAsync(PauseImage.Name, Stop));
    }

    [Fact]
    public async Task The_room_is_told_that_there_is_for_images()
    {
        var space = await Containerd.CriImages.SpaceAsync(Stop);
        Assert.NotNull(space);
        Assert.InRange(space.AvailableBytes, 1, space.CapacityBytes);
    }

    protected override Task HeedsAsync(string id) =>
        Eventually.SeeAsync("its mark", Patience, () => ShAsync(id, "ls /tmp"), seen => seen == RunningContainerd.SleepsMark);

    private static ContainerSecurity Security() => new(null, null, null, [], false, false, false, null, [], []);

    private async Task<string> ShAsync(string id, string script)
    {
        var result = await Runtime.RunCommandAsync(id, ["/bin/sh", "-c", script], Patience, Stop);
        return result.Output.TrimEnd();
    }
}
