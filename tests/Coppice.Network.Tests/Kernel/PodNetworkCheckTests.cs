using System.Net;
using Coppice.Network.Netns;
using Coppice.Network.PodNetwork;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What is seen of pods' networks, with the real plugin and kernel.</summary>
public sealed class PodNetworkCheckTests
{
    [Theory]
    [InlineData("ip link delete eth0", "the node has no way to it")]
    [InlineData("ip link set eth0 down", "its link is gone or down")]
    [InlineData("ip address flush dev eth0", "it has lost its address 10.244.0.")]
    [InlineData("ip route delete default", "it has lost its way out")]
    public async Task What_a_pod_has_lost_is_seen_and_of_that_pod_alone(string command, string missing)
    {
        await using var node = await TestNode.StartAsync();
        var (pod, other) = (node.AddPod(), node.AddPod());
        IReadOnlyList<PodLink> links = [LinkOf(pod), LinkOf(other)];
        using var thread = NamespaceThread.Start(node.Path);
        Assert.Empty(await thread.RunAsync(() => PodNetworkCheck.Find(links, isDeep: true)));

        node.Nsenter(pod.Path, command.Split(' '));

        var (link, seen) = Assert.Single(await thread.RunAsync(() => PodNetworkCheck.Find(links, isDeep: true)));
        Assert.Equal(pod.Name, link.SandboxId);
        Assert.StartsWith(missing, seen);
        // The thread came back each time.
        Assert.Contains("up0", await thread.RunAsync(() => File.ReadAllText("/proc/thread-self/net/dev")));
    }

    [Fact]
    public async Task A_pod_that_goes_out_by_another_link_has_a_way_out()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.AddPod();
        using var thread = NamespaceThread.Start(node.Path);
        foreach (var half in new[] { "0.0.0.0/1", "128.0.0.0/1" })
        {
            node.Nsenter(pod.Path, "ip", "route", "add", half, "via", "10.244.0.1");
        }

        node.Nsenter(pod.Path, "ip", "route", "delete", "default");
        Assert.Empty(await thread.RunAsync(() => PodNetworkCheck.Find([LinkOf(pod)], isDeep: true)));
    }

    [Fact]
    public async Task A_namespace_whose_mount_is_gone_is_seen_without_a_look_into_any()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.AddPod();
        var file = Path.GetTempFileName();
        try
        {
            IReadOnlyList<PodLink> links = [LinkOf(pod), LinkOf(pod) with { Namespace = file }, LinkOf(pod) with { Namespace = file + ".gone" }];
            Assert.Equal(["its network namespace is gone", "its network namespace is gone"], PodNetworkCheck.Find(links, isDeep: false).Select(found => found.Missing));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static PodLink LinkOf(TestPod pod) => new("uid", pod.Name, pod.Path, [pod.Address]);
}
