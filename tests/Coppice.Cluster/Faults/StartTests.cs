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
