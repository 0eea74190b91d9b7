using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Tests.World;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.DaemonSets;

public sealed class FailedDaemonPodTests
{
    [Fact]
    public void A_failed_pod_is_replaced_at_once_and_the_next_ones_after_growing_pauses()
    {
        using var plane = OneNode();
        var first = Fail(plane);
        Assert.Contains($"FailedDaemonPod Found failed daemon pod default/{first} on node n1, will try to kill it", plane.Events);

        foreach (var pause in (int[])[1, 2, 4, 8])
        {
            var failed = Fail(plane);
            plane.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(failed, Only(plane).Metadata.Name);
            plane.Advance(TimeSpan.FromMilliseconds(1));
            plane.RunPods(bindTo: _ => "n1");
            Assert.NotEqual(failed, Only(plane).Metadata.Name);
        }
    }

    [Fact]
    public void Another_template_begins_anew()
    {
        using var plane = OneNode();
        Fail(plane);
        var failed = Fail(plane);
        Assert.Equal(failed, Only(plane).Metadata.Name);

        plane.Change<DaemonSet>("web", one => one with { Spec = one.Spec with { Template = Samples.Template("web:2") } });
        plane.RunPods(bindTo: _ => "n1");
        Assert.Equal("web:2", Only(plane).Spec.Containers[0].Image);
    }

    [Fact]
    public void The_pauses_end_at_fifteen_minutes_and_are_forgotten_after_thirty()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var backOff = FailedPodBackOff.None;
        Assert.Null(backOff.Until("n1", now));
        for (var failures = 0; failures < 20; failures++)
        {
            backOff = backOff.After(["n1"], now);
        }

        Assert.Equal(now.AddMinutes(15), backOff.Until("n1", now));
        Assert.Null(backOff.Until("n2", now));
        Assert.Null(backOff.Until("n1", now.AddMinutes(15)));
        Assert.Equal(now.AddMinutes(45), backOff.After(["n1"], now.AddMinutes(30)).Until("n1", now.AddMinutes(30)));
        Assert.Equal(now.AddMinutes(31).AddSeconds(1), backOff.After(["n1"], now.AddMinutes(31)).Until("n1", now.AddMinutes(31)));
        Assert.Empty(backOff.After([], now.AddMinutes(31)).PauseOf);

        // The clock was set back: nobody knows how long the pause was by then.
        Assert.Null(backOff.Until("n1", now.AddHours(-1)));
        Assert.Empty(backOff.After([], now.AddHours(-1)).PauseOf);
    }

    private static ControlPlane OneNode()
    {
        var plane = new ControlPlane();
        var ready = new NodeCondition { Type = "Ready", Status = "True", LastHeartbeatTime = plane.Time.GetUtcNow(), LastTransitionTime = plane.Time.GetUtcNow() };
        plane.Create(new Node { Metadata = new() { Name = "n1" }, Status = new() { Conditions = [ready] } });
        plane.Create(new DaemonSet
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Spec = new() { Selector = new() { MatchLabels = Samples.Web }, Template = Samples.Template(), UpdateStrategy = new() { Type = "RollingUpdate" } },
        });
        plane.RunPods(bindTo: _ => "n1");
        return plane;
    }

    private static Pod Only(ControlPlane plane) => Assert.Single(plane.Api.All<Pod>());

    /// <summary>The node gives the daemon's pod up, and what follows at once follows. Returns the pod's name.</summary>
    private static string Fail(ControlPlane plane)
    {
        var name = Only(plane).Metadata.Name!;
        plane.Api.SetPod(name, pod => pod with { Status = pod.Status with { Phase = PodPhase.Failed, Reason = "Evicted" } });
        plane.Settle();
        plane.RunPods(bindTo: _ => "n1");
        return name;
    }
}
