using Coppice.Node.Pods;
using static Coppice.Node.Tests.Pods.GivenPod;

namespace Coppice.Node.Tests.Pods;

/// <summary>The machine's clock is set, or is not the server's: pauses and graces are as long as ever.</summary>
public sealed class SetClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void A_grace_is_as_long_as_ever(int hours)
    {
        using var node = new TestNode().Start();
        node.Create("web", "stubborn:1");
        node.Delete("web");
        node.Do(() => node.Clock.Ahead = TimeSpan.FromHours(hours));
        node.Advance(29);
        Assert.Equal("stubborn:1", Assert.Single(node.Held.Containers).Image.Split('/')[^1]);
        node.Advance(3);
        Assert.Empty(node.Held.Containers);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void What_failed_is_tried_again_after_its_pause(int hours)
    {
        using var node = new TestNode().Start();
        node.HostResources.MissingVolume = "configmap \"settings\" not found";
        node.Create("web", "server:1");
        node.Do(() => node.Clock.Ahead = TimeSpan.FromHours(hours));
        node.HostResources.MissingVolume = null;
        node.Advance(0.9);
        Assert.False(node.IsReady("web"));
        node.Advance(0.2);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void A_crash_loop_does_not_wait_for_the_clock_to_catch_up()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Crash("web");
        node.Crash("web");
        Assert.Equal("CrashLoopBackOff", node.Main("web").State.Waiting!.Reason);
        node.Do(() => node.Clock.Ahead = -Hour);
        node.Advance(10.1);
        Assert.True(node.IsReady("web"));
    }

    [Fact]
    public void An_end_in_the_future_has_been_waited_for_long_enough()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox()
            .WithState("a", runtime => runtime with { BackOff = new RestartBackOff(TimeSpan.FromSeconds(40), Noon.AddSeconds(-20)) })
            .Exited("a", 1, TimeSpan.FromSeconds(5));
        Assert.Empty(given.Plan.Actions);
        Assert.Equal(["start a 1"], PlanText.Of(PodPlanner.Plan(given.Situation with { Dated = Noon - Hour })));
    }

    [Fact]
    public void A_server_whose_clock_is_another_neither_lengthens_a_grace_nor_takes_it()
    {
        var given = new GivenPod("Always", Container("a")).Sandbox().Running("a").Deleted(TimeSpan.FromSeconds(20)).WithState(runtime => runtime with { EndingSince = Noon });
        Assert.Equal(Noon.AddSeconds(20), Deadline(Noon));
        Assert.Equal(Noon.AddSeconds(30), Deadline(Noon - Hour));
        Assert.Equal(Noon.AddSeconds(30), Deadline(Noon + Hour));

        DateTimeOffset Deadline(DateTimeOffset dated) =>
            Assert.IsType<PodAction.KillContainer>(Assert.Single(PodPlanner.Plan(given.Situation with { Dated = dated }).Actions)).Deadline;
    }
}
