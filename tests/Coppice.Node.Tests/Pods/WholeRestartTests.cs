using Coppice.Node.Pods;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;
using static Coppice.Node.Tests.Pods.GivenPod;

namespace Coppice.Node.Tests.Pods;

/// <summary>The action RestartAllContainers of a container's restart rules.</summary>
public sealed class WholeRestartTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void All_containers_are_ended_then_forgotten_who_asked_for_it_last_and_then_the_pod_begins_anew()
    {
        Expect(Given().Exited("i", 0, Second).Exited("done", 0, Second).Running("b").Exited("a", 42, Second), "kill b");
        Expect(Given().Exited("i", 0, Second).Exited("done", 0, Second).Exited("b", 137, Second).Exited("a", 42, Second), "remove i-0", "remove b-2", "remove done-1");
        Expect(Given().Exited("a", 42, Second), "remove a-0");
        Expect(Given(), "start i 0");
    }

    [Fact]
    public void Another_exit_is_left_to_the_policy_and_the_first_rule_that_fits_counts()
    {
        Expect(Given().Exited("i", 0, Second).Exited("done", 0, Second).Running("b").Exited("a", 1, Second));

        var alone = Given().With(pod => pod with
        {
            Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(one => one.Name == "a" ? one with { RestartPolicyRules = [Rule("Restart"), .. one.RestartPolicyRules] } : one)] },
        });
        Expect(alone.Exited("i", 0, Second).Exited("done", 0, Second).Running("b").Exited("a", 42, Second), "start a 1");
    }

    [Fact]
    public void A_pod_that_asks_for_it_again_and_again_waits_as_a_container_that_crashes_does()
    {
        var given = Given().Exited("a", 42, TimeSpan.Zero);
        var first = Assert.IsType<PodAction.RemoveContainer>(Assert.Single(given.Plan.Actions)).Restarts!.Value;
        Assert.Equal(("a", new RestartBackOff(TimeSpan.FromSeconds(10), Noon)), first);

        given.WithState("a", runtime => runtime with { BackOff = first.BackOff });
        Assert.Empty(given.Plan.Actions);
        Assert.Equal(Noon.AddSeconds(10), given.Plan.LookAgainAt);
        Assert.Equal("CrashLoopBackOff", given.Status.ContainerStatuses[0].State.Waiting!.Reason);
    }

    [Fact]
    public void The_status_tells_whether_it_is_going_on()
    {
        Assert.Equal(("True", "RestartAllContainersStarted", "container exited with restart policy rule"), Told(Given().Running("b").Exited("a", 42, Second)));
        Assert.Equal(("False", null, null), Told(Given().Running("b").Running("a")));
        Assert.DoesNotContain(new GivenPod("Never", Container("a")).Sandbox().Running("a").Status.Conditions, one => one.Type == PodConditionType.AllContainersRestarting);

        static (string?, string?, string?) Told(GivenPod given)
        {
            var condition = Assert.Single(given.Status.Conditions, one => one.Type == PodConditionType.AllContainersRestarting);
            return (condition.Status, condition.Reason, condition.Message);
        }
    }

    [Fact]
    public void A_pod_starts_anew_in_its_sandbox_and_counts_its_restarts()
    {
        using var node = new TestNode().Start();
        node.Create("web", spec => spec with
        {
            RestartPolicy = RestartPolicy.Never,
            InitContainers = [Simulated("first", "job:1")],
            Containers = [Simulated("main", "server:1") with { RestartPolicy = RestartPolicy.Never, RestartPolicyRules = [Rule("RestartAllContainers")] }, Simulated("other", "server:1")],
        });
        node.Advance(6);
        var (address, other) = (node.Api.Status("web").PodIP, node.Api.Status("web").ContainerStatuses[1].ContainerID);
        Assert.Equal(PodPhase.Running, node.Api.Status("web").Phase);

        node.Crash("web", 42);
        node.Advance(12);
        var status = node.Api.Status("web");
        Assert.Equal((PodPhase.Running, address), (status.Phase, status.PodIP));
        Assert.Equal([1, 1, 1], status.InitContainerStatuses.Concat(status.ContainerStatuses).Select(one => one.RestartCount));
        Assert.NotNull(status.ContainerStatuses[1].State.Running);
        Assert.NotEqual(other, status.ContainerStatuses[1].ContainerID);
        Assert.Equal(42, status.ContainerStatuses[0].LastState.Terminated!.ExitCode);
        Assert.Single(node.Held.Sandboxes);

        static Container Simulated(string name, string image) => new() { Name = name, Image = image, ImagePullPolicy = "IfNotPresent" };
    }

    private static GivenPod Given() => new GivenPod(
        "Never", Container("a", one => one with { RestartPolicy = RestartPolicy.Never, RestartPolicyRules = [Rule("RestartAllContainers")] }), Container("b"), Container("done"))
        .Init(Container("i")).Sandbox();

    private static ContainerRestartRule Rule(string action) => new()
    {
        Action = action,
        ExitCodes = new ContainerRestartRuleOnExitCodes { Operator = ContainerRestartRuleOnExitCodesOperator.In, Values = [42] },
    };

    private static void Expect(GivenPod given, params string[] actions) => Assert.Equal(actions, PlanText.Of(given.Plan));
}
