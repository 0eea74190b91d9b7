using Coppice.Node.Fencing;
using Coppice.Node.Runtime;
using Coppice.Node.Tests.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Fencing;

/// <summary>An agent that must not run some pods without a lease.</summary>
public sealed class PodFencingTests
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(6);

    private readonly ManualTimeProvider _time = new();
    private readonly TestGuard _guard;
    private readonly Fence _fence;

    public PodFencingTests()
    {
        _guard = new TestGuard(_time);
        _fence = new Fence(_guard, _time, _ => { });
    }

    [Fact]
    public void What_must_not_run_twice_begins_when_the_fence_opens_and_other_pods_at_once()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        node.Create("web", "server:1");
        Create(node, "db");
        Assert.True(node.IsReady("web"));
        Assert.DoesNotContain(node.Held.Sandboxes, one => one.Pod.Name == "db");
        Assert.Equal([node.Api.Uid("db")], _guard.Current.Pods);

        node.Do(Beat);
        Assert.True(node.IsReady("db"));
    }

    [Fact]
    public void What_must_not_run_twice_begins_when_the_server_has_heard_that_it_is_guarded()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        _guard.IsAwake = false;
        node.Do(Beat);
        Create(node, "db");
        node.Advance(0.6);
        node.Do(Beat);
        Assert.Empty(node.Held.Sandboxes);

        _guard.IsAwake = true;
        node.Do(Beat);
        Assert.True(node.IsReady("db"));
    }

    [Fact]
    public void Where_the_guard_does_not_come_it_begins_all_the_same()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        _guard.IsAwake = false;
        node.Do(Beat);
        Create(node, "db");
        node.Advance(4.4);
        Assert.Empty(node.Held.Sandboxes);
        node.Advance(1.2);
        Assert.True(node.IsReady("db"));
    }

    [Fact]
    public void What_ends_behind_a_shut_fence_is_started_again_when_it_is_open()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        node.Do(Beat);
        Create(node, "db");
        node.Do(Beat);
        var before = node.MainId("db");
        node.Do(() => _time.Advance(Term));
        node.Crash("db", 137);
        node.Advance(600);
        Assert.Equal(0, node.Main("db").RestartCount);
        Assert.DoesNotContain(node.Held.Containers, one => one.State == ContainerRunState.Running);

        node.Do(Beat);
        Assert.True(node.IsReady("db"));
        Assert.NotEqual(before, node.MainId("db"));
    }

    [Fact]
    public void What_was_replaced_meanwhile_is_not_started_although_its_removal_is_not_known_yet()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        node.Do(Beat);
        Create(node, "db");
        node.Do(Beat);
        node.Do(() => _time.Advance(Term));
        node.Crash("db", 137);

        // In one moment: it is removed, and the lease is there again before the agent is told.
        node.Do(() =>
        {
            node.Api.Remove("db");
            Beat();
        });
        Assert.DoesNotContain(node.Held.Containers, one => one.State == ContainerRunState.Running);
        Assert.Empty(_guard.Current.Pods);
    }

    [Fact]
    public void An_agent_that_begins_anew_with_an_open_fence_takes_over_what_runs()
    {
        using var node = new TestNode { Fence = _fence }.Start();
        node.Do(Beat);
        Create(node, "db");
        node.Do(Beat);
        var before = node.MainId("db");
        node.Stop();
        node.Start();
        Assert.Equal((before, true), (node.MainId("db"), node.IsReady("db")));
    }

    private void Beat()
    {
        _fence.Heard(_fence.Say("s").Guarded);
        _fence.Granted(_guard.Uptime, Term);
    }

    private static void Create(TestNode node, string name) => node.Do(() => node.Api.Create(new Pod
    {
        Metadata = new() { Namespace = "shop", Name = name, Annotations = ValueMap.Of(("coppice.io/single-instance", "true")) },
        Spec = new()
        {
            NodeName = "n1",
            RestartPolicy = RestartPolicy.Always,
            TerminationGracePeriodSeconds = 30,
            AutomountServiceAccountToken = false,
            Containers = [new() { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }],
        },
    }));
}
