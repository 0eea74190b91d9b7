using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>What becomes of an agent that is half gone, or half told.</summary>
public sealed class AgentTroubleTests
{
    [Fact]
    public void An_agent_ends_with_any_part_that_fails_and_says_why()
    {
        var broken = new TaskCompletionSource();
        using var node = new TestNode { Registration = broken }.Start();
        node.Create("web", "server:1");
        Assert.Null(node.Failure);
        node.Do(() => broken.SetException(new IOException("out of order")));
        Assert.Equal("out of order", node.Failure?.Message);
        Assert.Single(node.Held.Containers);
    }

    [Fact]
    public void A_pod_that_was_removed_and_replaced_elsewhere_before_this_node_hears_of_it_is_no_trouble()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1");
        node.Api.IsDeaf = true;
        node.Do(() => node.Api.Remove("web"));
        node.Create("web", spec => spec with { NodeName = "n2", Containers = [new Container { Name = "main", Image = "server:1" }] });
        node.Api.IsReplaced = true;
        node.Do(() => node.Runtime.Kill(Assert.Single(node.Held.Containers).Id, 1));
        node.Advance(60);
        Assert.DoesNotContain(node.Log.Lines, line => line.Contains("writing its status"));

        node.Api.IsDeaf = false;
        node.Advance(60);
        Assert.Empty(node.Held.Containers);
    }
}
