using Coppice.Node.Fencing;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Fencing;

public sealed class FencedPodsTests
{
    private const string Stateful = "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"name\":\"db\",\"uid\":\"s\",\"controller\":true}]";
    private const string Replica = "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"db\",\"uid\":\"s\",\"controller\":true}]";

    [Theory]
    [InlineData(Stateful, null, true)]
    [InlineData(Replica, null, false)]
    [InlineData(Replica, "ReadWriteOnce", true)]
    [InlineData(Replica, "ReadWriteOncePod", true)]
    [InlineData(Replica, "ReadWriteMany", false)]
    [InlineData(Replica, "ReadOnlyMany", false)]
    [InlineData(Stateful, "ReadWriteMany", true)]
    public void Pods_of_stateful_sets_and_with_volumes_of_one_writer_are_fenced(string owner, string? mode, bool isFenced)
    {
        var pod = Pod(owner, hasClaim: mode is not null);
        Assert.Equal(isFenced, FencedPods.Are(pod, mode is null ? [] : [(Claim(mode), Volume(""))]));
        Assert.True(FencedPods.MayBe(pod) || !isFenced);
    }

    [Fact]
    public void A_claim_that_is_not_found_may_be_of_one_writer() => Assert.True(FencedPods.Are(Pod(Replica, hasClaim: true), [(null, null)]));

    [Theory]
    [InlineData("kubernetes.io/hostname", "\"node-2\"", false)]
    [InlineData("kubernetes.io/hostname", "\"node-2\",\"node-3\"", true)]
    [InlineData("topology.kubernetes.io/zone", "\"a\"", true)]
    public void What_needs_a_volume_of_this_very_node_can_run_nowhere_else(string key, string values, bool isFenced)
    {
        var volume = Volume($$$"""{"nodeSelectorTerms":[{"matchExpressions":[{"key":"{{{key}}}","operator":"In","values":[{{{values}}}]}]}]}""");
        Assert.Equal(isFenced, FencedPods.Are(Pod(Stateful, hasClaim: true), [(Claim("ReadWriteOnce"), volume)]));
    }

    [Theory]
    [InlineData(Replica, "true", true)]
    [InlineData(Stateful, "false", false)]
    [InlineData(Stateful, "perhaps", true)]
    public void An_annotation_says_otherwise(string owner, string said, bool isFenced)
    {
        var pod = Pod($"\"annotations\":{{\"coppice.io/single-instance\":\"{said}\"}},{owner}", hasClaim: false);
        Assert.Equal(isFenced, FencedPods.Are(pod, []));
        Assert.Equal(isFenced, FencedPods.MayBe(pod));
    }

    private static Pod Pod(string metadata, bool hasClaim) => Given.Read<Pod>($$$"""
        {"metadata":{"name":"db-0","namespace":"shop","uid":"u1",{{{metadata}}}},"spec":{"volumes":[{{{(hasClaim ? "{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}" : "")}}}]}}
        """);

    private static PersistentVolumeClaim Claim(string mode) => Given.Read<PersistentVolumeClaim>($$$"""{"metadata":{"name":"data"},"spec":{"accessModes":["{{{mode}}}"]}}""");

    private static PersistentVolume Volume(string required) => Given.Read<PersistentVolume>(
        $$$"""{"metadata":{"name":"pv"},"spec":{{{(required.Length == 0 ? "{}" : $"{{\"nodeAffinity\":{{\"required\":{required}}}}}")}}}}""");
}
