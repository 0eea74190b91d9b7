using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>A start that cannot succeed says why and what to do, and disturbs nothing that runs.</summary>
public sealed class StartTests(SharedCluster shared)
{
    [Fact]
    public async Task A_second_coppice_on_a_data_directory_is_refused()
    {
        var cluster = await shared.GetAsync();
        var result = await cluster.Inside(new Command(Repository.CoppiceBinary(), "run", "--data-dir", cluster.DataDirectory, "--port", "7443")).RunAsync();
        Assert.False(result.Succeeded);
        Assert.Contains($"the data directory {cluster.DataDirectory} is in use by process ", result.Error);
        Assert.Contains("or use another directory with --data-dir", result.Error);
        await cluster.NodeIsReadyAsync(Patience);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        var cluster = await shared.GetAsync();
        using var folder = new TemporaryDirectory();
        var result = await cluster.Inside(new Command(Repository.CoppiceBinary(), "run", "--data-dir", folder.Path)).RunAsync();
        Assert.False(result.Succeeded);
        Assert.Contains("port 6443 is in use by another program", result.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("--node-port-range", "node ports of the range 30000-32767 belong to the cluster in ", "--pod-range", "10.50.0.0/24", "--service-range", "172.30.0.0/24")]
    [InlineData("--pod-range", "addresses of the range of pods 10.244.0.0/16 belong to the cluster in ", "--node-port-range", "20000-20999", "--service-range", "172.30.0.0/24")]
    public async Task A_second_cluster_whose_rules_would_take_what_is_sent_to_the_first_is_refused(string option, string refusal, params string[] others)
    {
        var cluster = await shared.GetAsync();
        using var folder = new TemporaryDirectory();
        foreach (var command in (string[])["run", "up"])
        {
            var result = await cluster.Inside(new Command(
                Repository.CoppiceBinary(), [command, "--data-dir", folder.Path, "--port", "7443", "--kubelet-port", "11250", .. others])).RunAsync();
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(refusal + cluster.DataDirectory, result.Error);
            Assert.EndsWith($"Choose others with {option}\n", result.Error);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        }
    }

    [Fact]
    public async Task Who_is_not_root_is_told_to_be()
    {
        using var folder = new TemporaryDirectory();
        var result = await new Command(Repository.CoppiceBinary(), "run", "--data-dir", folder.Path)
            .After("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--").RunAsync();
        Assert.False(result.Succeeded);
        Assert.Contains("must be run as root, for containers, networks and cgroups: sudo coppice run", result.Error);
    }
}
