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
                var status = await cluster.Inside(new Command(Repository.CoppiceBinary(), "status", "--data-dir", cluster.DataDirectory)).RunAsync();
                Assert.Matches("store +WritesRefused +The disk", status.Output);
            }

            await Eventually.SeeAsync("a write that succeeds", Patience,
                () => ns.TryAsync(KubectlVersion.Newest, "create", "configmap", $"after-{Guid.NewGuid():N}", "--from-literal=a=2"), result => result.Succeeded);
            await cluster.NodeIsReadyAsync(Patience);
            var store = await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/readyz/store?verbose");
            Assert.Contains("[+]store ok\n", store);
        }
    }
}
