using Coppice.Node.Host;
using Coppice.Node.LocalStorage;
using Coppice.Node.Runtime;
using Coppice.Node.Tests.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.LocalStorage;

/// <summary>Pods that take more of the node's disk than they may.</summary>
public sealed class LocalStorageTests
{
    private const string TwoContainers = """
        "containers":[{"name":"a","resources":{"limits":{"ephemeral-storage":"10Mi"}}},{"name":"b","resources":{"limits":{"ephemeral-storage":"20Mi"}}}]
        """;

    [Theory]
    [InlineData("""{"volumes":[{"name":"v","emptyDir":{"sizeLimit":"10Mi"}}]}""", 10, 0, 0, null)]
    [InlineData("""{"volumes":[{"name":"v","emptyDir":{"sizeLimit":"10Mi"}}]}""", 11, 0, 0, "Usage of EmptyDir volume \"v\" exceeds the limit \"10Mi\". ")]
    [InlineData("""{"volumes":[{"name":"v","emptyDir":{"sizeLimit":"10Mi","medium":"Memory"}}]}""", 11, 0, 0, null)]
    [InlineData("{" + TwoContainers + "}", 0, 10, 20, null)]
    [InlineData("{" + TwoContainers + "}", 0, 11, 0, "Container a exceeded its local ephemeral storage limit \"10Mi\". ")]
    [InlineData("{" + TwoContainers + "}", 12, 5, 14, "Pod ephemeral local storage usage exceeds the total limit of containers 30Mi. ")]
    public void Are_evicted_in_Kubernetes_words(string spec, int volume, int a, int b, string? message)
    {
        var use = new LocalStorageUse(
            new Dictionary<string, long> { ["v"] = (long)volume << 20 }, new Dictionary<string, long> { ["a"] = (long)a << 20, ["b"] = (long)b << 20 });
        var eviction = LocalStorageLimits.Exceeded(Given.Pod(spec).Spec, use);
        Assert.Equal((message is null ? null : "Evicted", message), (eviction?.Reason, eviction?.Message));
    }

    [Fact]
    public void End_within_a_second_of_the_look_that_saw_it()
    {
        using var node = new TestNode().Start();
        node.Create("full", "stubborn:1", one => one with { Resources = new() { Limits = ValueMap.Of(("ephemeral-storage", Quantity.Parse("10Mi"))) } });
        node.Create("free", "server:1");
        node.Written[node.MainId("full")] = new(11 << 20, 1);
        node.Written[node.MainId("free")] = new(1L << 40, 1);
        node.Advance(12);

        var status = node.Api.Status("full");
        Assert.Equal((PodPhase.Failed, "Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. "), (status.Phase, status.Reason, status.Message));
        Assert.Equal(137, status.ContainerStatuses[0].State.Terminated!.ExitCode);
        Assert.Contains("Warning Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ", node.Events.Told);
        Assert.True(node.IsReady("free"));
    }

    [Fact]
    public async Task A_directory_is_measured_by_the_blocks_that_it_takes()
    {
        var directory = Directory.CreateTempSubdirectory("coppice-use-").FullName;
        try
        {
            File.WriteAllBytes(directory + "/full", new byte[1 << 20]);
            File.CreateSymbolicLink(directory + "/link", "/usr");
            Assert.InRange(await DiskUse.OfAsync(directory, DiskUnit.Bytes, new Coppice.Testing.ManualTimeProvider(), TestContext.Current.CancellationToken) ?? 0, 1 << 20, 3 << 20);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
