using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>How pods end on a whole agent over the simulated runtime.</summary>
public sealed class PodEndTests
{
    [Fact]
    public void A_deleted_pod_goes_from_the_runtime_and_then_from_the_API()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        var uid = node.Api.Uid("web");
        node.Delete("web");
        node.Advance(0.1);

        Assert.Null(node.Api.Pod("web"));
        Assert.Empty(node.Held.Sandboxes);
        Assert.Equal([uid], node.HostResources.Removed);
        Assert.Empty(node.Agent.Workers);
        Assert.Contains("Normal Killing: Stopping container main", node.Events.Told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pod_that_comes_back_under_its_name_begins_when_the_one_before_has_ended(bool whileTheAgentIsAway)
    {
        using var node = new TestNode().Start();
        node.Create("db-0", "stubborn:1");
        var before = node.Api.Uid("db-0");
        if (whileTheAgentIsAway)
        {
            node.Stop();
        }

        node.Delete("db-0", graceSeconds: 0);
        node.Create("db-0", "server:1");
        if (whileTheAgentIsAway)
        {
            node.Start();
        }

        Assert.Equal(before, Assert.Single(node.Held.Sandboxes).Pod.Uid);
        node.Advance(31);
        Assert.Equal(node.Api.Uid("db-0"), Assert.Single(node.Held.Sandboxes).Pod.Uid);
        Assert.Equal(ContainerRunState.Running, Assert.Single(node.Held.Containers).State);
    }

    [Fact]
    public void A_stubborn_container_gets_all_of_its_grace_and_less_when_asked_again()
    {
        using var node = new TestNode().Start();
        node.Create("a", "stubborn:1");
        node.Create("b", "stubborn:1");
        node.Delete("a");
        node.Delete("b");
        node.Advance(29);
        Assert.NotNull(node.Api.Pod("a"));
        node.Delete("b", graceSeconds: 0);
        node.Advance(2);
        Assert.Null(node.Api.Pod("a"));
        Assert.Null(node.Api.Pod("b"));
    }

    [Fact]
    public void A_container_that_is_stopped_and_hears_nothing_is_killed_without_its_grace()
    {
        using var node = new TestNode().Start();
        var hook = new LifecycleHandler { Sleep = new SleepAction { Seconds = 20 } };
        node.Create("web", "stubborn:1", one => one with { Lifecycle = new Lifecycle { PreStop = hook } });
        node.HostResources.Stopped.Add("web");
        node.Delete("web");
        node.Advance(1);
        Assert.Null(node.Api.Pod("web"));
    }

    [Fact]
    public void A_preStop_hook_comes_before_the_signal()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { Sleep = new SleepAction { Seconds = 5 } } } });
        node.Delete("web");
        node.Advance(4);
        Assert.Equal(ContainerRunState.Running, Assert.Single(node.Held.Containers).State);
        node.Advance(2);
        Assert.Null(node.Api.Pod("web"));
    }

    [Theory]
    [InlineData("server:1", 0.1)]
    [InlineData("stubborn:1", 2.1)]     // and it gets no long grace: nobody knows what it asked for, and each next agent would begin anew
    public void A_pod_that_went_while_the_agent_was_away_is_ended(string image, double seconds)
    {
        using var node = new TestNode().Start();
        node.Create("web", image);
        node.Stop();
        node.Api.Remove("web");
        node.Start();
        node.Advance(seconds);

        Assert.Empty(node.Held.Sandboxes);
        Assert.Empty(node.Agent.Workers);
    }
}
