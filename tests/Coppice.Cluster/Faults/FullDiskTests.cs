using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>The disk of the data directory is full to the last byte.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Writes_are_refused_in_words_nothing_is_lost_and_it_goes_on_when_there_is_room()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { DataDirectoryMiB = 200 });
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("create", "configmap", "before", "--from-literal=a=1");

        using (cluster.Faults.FillDataDirectory())
        {
            // What room the store's files still have in themselves is used up by and by.
            var large = new string('x', 100_000);
            var refused = await Eventually.SeeAsync("a refusal", Patience,
                () => ns.TryAsync(KubectlVersion.Newest, "create", "configmap", $"during-{Guid.NewGuid():N}", $"--from-literal=a={large}"), result => !result.Succeeded);
            Assert.Matches("(?i)(full|no space)", refused.Error);
            Assert.Equal("1", await ns.ValueAsync("configmap/before", ".data.a"));
        }

        await Eventually.SeeAsync("a write that succeeds", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "create", "configmap", "after", "--from-literal=a=2"), result => result.Succeeded);
        await cluster.Faults.KillCoppiceAsync();
        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        Assert.Equal("1", await ns.ValueAsync("configmap/before", ".data.a"));
        Assert.Equal("2", await ns.ValueAsync("configmap/after", ".data.a"));
    }

    [Fact]
    public async Task A_server_that_starts_on_a_full_disk_serves_says_so_and_goes_on_when_there_is_room()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { DataDirectoryMiB = 200 });
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("create", "configmap", "before", "--from-literal=a=1");
        foreach (var end in new Func<Task>[] { cluster.Faults.StopCoppiceAsync, cluster.Faults.KillCoppiceAsync })
        {
            using (cluster.Faults.FillDataDirectory())
            {
                await end();
                cluster.Faults.KillContainerd();

                // The little that they gave back is taken, too.
                using var rest = cluster.Faults.FillDataDirectory();
                await cluster.Faults.StartCoppiceAsync();
                await Eventually.SeeAsync("what was stored", Patience,
                    () => ns.TryAsync(KubectlVersion.Newest, "get", "configmap", "before", "-o", "jsonpath={.data.a}"), seen => seen is { Succeeded: true, Output: "1" });
                var large = new string('x', 100_000);
                var refused = await Eventually.SeeAsync("a refusal", Patience,
                    () => ns.TryAsync(KubectlVersion.Newest, "create", "configmap", $"during-{Guid.NewGuid():N}", $"--from-literal=a={large}"), result => !result.Succeeded);
                Assert.Matches("(?i)(full|no space)", refused.Error);
                await Eventually.SeeAsync("the store's remark", Patience,
                    () => cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz/store?verbose"),
                    seen => seen.Output.Contains("[+]store ok (The disk under"));

                // It is told of the last write each time, and a small one still finds room now and then.
                var status = cluster.Inside(new Command(Repository.CoppiceBinary(), "status", "--data-dir", cluster.DataDirectory));
                await Eventually.SeeAsync("the same remark of its status", Patience, status.RunAsync, seen => Regex.IsMatch(seen.Output, "store +WritesRefused +The disk"));
            }

            await Eventually.SeeAsync("a write that succeeds", Patience,
                () => ns.TryAsync(KubectlVersion.Newest, "create", "configmap", $"after-{Guid.NewGuid():N}", "--from-literal=a=2"), result => result.Succeeded);

            // What the node's condition says may be of before; the server is ready when there is a containerd, which the next round ends.
            await Eventually.SeeAsync("a server that is ready", Patience, () => cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz"), seen => seen.Output == "ok");
            var store = await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/readyz/store?verbose");
            Assert.Contains("[+]store ok\n", store);
        }
    }

    [Fact]
    public async Task Up_on_a_full_disk_says_so_at_once_while_the_server_serves_and_goes_on_when_there_is_room()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { DataDirectoryMiB = 200 });
        var up = cluster.Inside(new Command(Repository.CoppiceBinary(), "up", "--data-dir", cluster.DataDirectory));
        await cluster.Faults.StopCoppiceAsync();
        using (cluster.Faults.FillDataDirectory())
        {
            var refused = await up.RunAsync();
            Assert.Equal(1, refused.ExitCode);
            Assert.Matches(
                $"^coppice: the API answers and what is stored can be read, but the cluster cannot become ready\\. The disk under {cluster.DataDirectory}/store is full \\([0-9.]+ MiB free\\), .*"
                + "writing goes on by itself when there is room\\.\n$",
                refused.Error);
            await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "namespace", "default");
            // The server has written before, and was refused: what the node then fails at comes when it gets there.
            await Eventually.SeeAsync("what the node waits for", Patience,
                () => cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz/node"),
                seen => seen.Error.Contains("internal server error: the node is starting: its status cannot be written. The disk under"));
        }

        await Eventually.SeeAsync("a server that is ready", Patience, () => cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz"), seen => seen.Output == "ok");
        Assert.Contains("The API answers and the node is Ready", (await up.RunAsync()).OrThrow());
    }

    [Fact]
    public async Task A_new_cluster_on_a_full_disk_is_refused_in_words_and_starts_when_there_is_room()
    {
        await using var beside = await RunningCluster.StartAsync(new ClusterOptions());
        using var folder = new TemporaryDirectory();
        var data = Path.Combine(folder.Path, "data");
        string[] own = ["--port", "7443", "--kubelet-port", "11250", "--pod-range", "10.50.0.0/24", "--service-range", "172.30.0.0/24", "--node-port-range", "20000-20999"];
        (await new Command("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.Path).RunAsync()).OrThrow();
        try
        {
            foreach (var command in (string[])["run", "up"])
            {
                var refused = await Coppice(command, own);
                Assert.Equal(2, refused.ExitCode);
                Assert.Equal(
                    $"coppice: the disk under {data} is full: 3 MiB are free, and a new cluster needs 32 MiB. Make room, or choose another directory with --data-dir\n", refused.Error);
                Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
            }

            (await new Command("mount", "-o", "remount,size=200m", folder.Path).RunAsync()).OrThrow();
            (await Coppice("up", own)).OrThrow();
        }
        finally
        {
            await Coppice("down", ["--purge"]);
            (await new Command("umount", folder.Path).RunAsync()).OrThrow();
        }

        Task<CommandResult> Coppice(string command, string[] options) =>
            beside.Inside(new Command(Repository.CoppiceBinary(), [command, "--data-dir", data, .. options])).RunAsync();
    }
}
