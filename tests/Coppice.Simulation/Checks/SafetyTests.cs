using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Breaches;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>That what must never be is seen when it is.</summary>
public sealed class SafetyTests
{
    private static readonly Deployment Deployment = new()
    {
        Metadata = Made.Named("web"),
        Spec = new() { Replicas = 1, Strategy = new() { Type = DeploymentStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = 1 } } },
    };

    private static readonly PersistentVolume Volume = new() { Metadata = new() { Name = "volume" } };

    [Fact]
    public void A_pod_that_changes_its_node()
    {
        var safety = new PodSafety();
        safety.CheckPlaces([Made.Pod("a", node: "node-1")]);
        Reports("pod a went from node-1 to node-2", () => safety.CheckPlaces([Made.Pod("a", node: "node-2")]));
    }

    [Fact]
    public void Two_ready_pods_at_one_address()
    {
        var (a, b) = (At("a"), At("b"));
        new PodSafety().CheckPlaces([a, b.Leaving()]);
        Reports("a and b are both ready at 10.0.0.1", () => new PodSafety().CheckPlaces([a, b]));

        static Pod At(string name) => Made.Pod(name).Ready() is var pod ? pod with { Status = pod.Status with { PodIP = "10.0.0.1" } } : pod;
    }

    [Fact]
    public void A_machine_that_is_asked_for_more_than_it_has()
    {
        PodSafety.CheckRoom(["node-1"], [Made.Pod("a", node: "node-1", millis: 4000)]);
        Reports("asked for 4100 thousandths", () => PodSafety.CheckRoom(["node-1"], [Made.Pod("a", node: "node-1", millis: 4000), Made.Pod("b", node: "node-1")]));
    }

    [Fact]
    public void More_pods_than_a_rollout_may_make()
    {
        var safety = new PodSafety();
        safety.CheckSurge(Deployment, [Made.Pod("a"), Made.Pod("b"), Made.Pod("c").Leaving()]);
        Reports("deployment web has 3 pods, and may have 2", () => safety.CheckSurge(Deployment, [Made.Pod("a"), Made.Pod("b"), Made.Pod("c")]));
    }

    [Fact]
    public void Pods_of_two_forms_where_the_old_ones_go_first()
    {
        var recreated = Deployment with { Spec = Deployment.Spec with { Strategy = new() { Type = DeploymentStrategyType.Recreate } } };
        PodSafety.CheckRecreation(recreated, [Of("a", "1"), Of("b", "1")]);
        Reports("has pods of 1 and 2 at once", () => PodSafety.CheckRecreation(recreated, [Of("a", "1").Leaving(), Of("b", "2")]));

        static Pod Of(string name, string hash) => Made.Pod(name) is var pod ? pod with { Metadata = pod.Metadata with { Labels = ValueMap.Of(("pod-template-hash", hash)) } } : pod;
    }

    [Fact]
    public void A_pod_that_finds_what_is_anothers()
    {
        using var data = new SimulatedData("others");
        data.Use(Made.Pod("a"), Claim("first"), Volume);
        data.Use(Made.Pod("b"), Claim("first"), Volume);
        Assert.Null(data.Problem);
        data.Use(Made.Pod("c"), Claim("second"), Volume);
        Assert.Equal("pod default/c found on the volume of default/second second what is of default/first first", data.Problem);
    }

    [Fact]
    public void A_pod_that_misses_what_it_had()
    {
        using var data = new SimulatedData("lost");
        data.Use(Made.Pod("a"), Claim("claim"), Volume);
        data.Wipe(Volume);
        data.Use(Made.Pod("b"), Claim("claim"), Volume);
        Assert.Equal("pod default/b does not find what default/claim claim had", data.Problem);
    }

    [Fact]
    public void A_container_that_runs_twice() =>
        Reports("node-1 runs container web of db-0 2 times at once", () => Look([("node-1", "u1"), ("node-1", "u1")]));

    [Fact]
    public void Two_pods_of_one_name_on_two_machines() =>
        Reports("node-1 and node-2 run two pods that are called default/db-0", () => Look([("node-1", "u1"), ("node-2", "u2")]));

    [Fact]
    public void Two_pods_of_one_name_on_one_machine_whatever_users_did() =>
        Reports("node-1 run two pods that are called default/db-0", () => Look([("node-1", "u1"), ("node-1", "u2")], meddled: ["u1"]));

    [Fact]
    public void Two_machines_that_write_to_a_volume_of_one_writer()
    {
        Look([("node-1", "u1"), ("node-1", "u2")], uses: PersistentVolumeAccessMode.ReadWriteOnce, areAlike: false);
        Look([("node-1", "u1"), ("node-2", "u2")], uses: PersistentVolumeAccessMode.ReadWriteMany, areAlike: false);
        Look([("node-1", "u1"), ("node-2", "u2")], uses: PersistentVolumeAccessMode.ReadWriteOnce, areAlike: false, meddled: ["u1"]);
        Reports(
            "db-0 and db-1 on node-1 and node-2 write to claim default/data at once",
            () => Look([("node-1", "u1"), ("node-2", "u2")], uses: PersistentVolumeAccessMode.ReadWriteOnce, areAlike: false));
    }

    [Fact]
    public void Two_pods_that_write_to_a_volume_of_one_pod() => Reports(
        "db-0 and db-1 on node-1 write to claim default/data at once",
        () => Look([("node-1", "u1"), ("node-1", "u2")], uses: PersistentVolumeAccessMode.ReadWriteOncePod, areAlike: false));

    [Fact]
    public void What_has_ended_or_waits_for_its_users_is_no_breach()
    {
        Look([("node-1", "u1"), ("node-2", "u2")], meddled: ["u1"]);
        new ContainerSafety(new HashSet<string>(), _ => []).Check([("node-1", new([], [Container("db-0", "u1"), Container("db-0", "u1") with { State = ContainerRunState.Exited }]))]);
    }

    private static PersistentVolumeClaim Claim(string name) =>
        new() { Metadata = Made.Named(name), Spec = new() { AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce] } };

    private static void Reports(string words, Action check) =>
        Assert.Contains(words, Assert.Throws<InvalidOperationException>(check).Message, StringComparison.Ordinal);

    /// <param name="uses">By whom the claim that all use may be used at once; null for no claim.</param>
    /// <param name="areAlike">All have one name.</param>
    private static void Look(IReadOnlyList<(string Machine, string Uid)> running, string? uses = null, bool areAlike = true, params IReadOnlyList<string> meddled) =>
        new ContainerSafety(meddled.ToHashSet(StringComparer.Ordinal), _ => uses is null ? [] : [new ClaimUse(new("default", "data"), "claim", uses)])
            .Check([.. running
                .Select((one, at) => (one.Machine, Container: Container(areAlike ? "db-0" : $"db-{at}", one.Uid)))
                .GroupBy(one => one.Machine)
                .Select(machine => (machine.Key, new RuntimeSnapshot([], [.. machine.Select(one => one.Container)])))]);

    private static ContainerRecord Container(string pod, string uid) => new(
        "id", "sandbox", new("default", pod, uid), "web", 0, ContainerRunState.Running, Breach.Long, Breach.Long, null, 0, null, null, "web:1", "web:1", "", null, "");
}
