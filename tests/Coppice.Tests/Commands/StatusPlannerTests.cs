using Coppice.Commands.Status;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Tests.Commands;

public sealed class StatusPlannerTests
{
    [Fact]
    public void A_pod_that_is_ready_is_no_problem() =>
        Assert.Empty(StatusPlanner.Problems([], [Pod(new ContainerStatus { Name = "c", Ready = true, State = new ContainerState { Running = new ContainerStateRunning() } })]));

    [Fact]
    public void A_crashing_pod_is_named_with_what_it_waits_for_and_how_it_ended()
    {
        var problem = Assert.Single(StatusPlanner.Problems([], [Pod(new ContainerStatus
        {
            Name = "c",
            State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = "CrashLoopBackOff", Message = "back-off 10s" } },
            LastState = new ContainerState { Terminated = new ContainerStateTerminated { ExitCode = 3, Reason = "Error" } },
        })]));
        Assert.Equal(new Problem("pod default/web-1", "CrashLoopBackOff", "back-off 10s; container c ended last with exit code 3 (Error)"), problem);
    }

    [Fact]
    public void A_pod_that_is_not_ready_says_how_many_containers_are()
    {
        var problem = Assert.Single(StatusPlanner.Problems([], [Pod(new ContainerStatus { Name = "c", State = new ContainerState { Running = new ContainerStateRunning() } })]));
        Assert.Equal("0/1 ready", problem.Why);
    }

    [Fact]
    public void A_node_under_pressure_and_one_that_is_not_ready_are_problems()
    {
        var problems = StatusPlanner.Problems([Node("a", ("Ready", "True"), ("DiskPressure", "True")), Node("b", ("Ready", "Unknown"))], []);
        Assert.Equal(["node a", "node b"], problems.Select(one => one.What));
    }

    [Fact]
    public void A_cordoned_node_reads_as_kubectl_prints_it()
    {
        var node = Node("a", ("Ready", "True"));
        var line = Assert.Single(StatusPlanner.Nodes([node with { Spec = node.Spec with { Unschedulable = true } }], []));
        Assert.Equal("Ready,SchedulingDisabled", line.Status);
    }

    private static Pod Pod(ContainerStatus container) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web-1" },
        Spec = new PodSpec { Containers = [new Container { Name = "c" }] },
        Status = new PodStatus { Phase = PodPhase.Running, ContainerStatuses = [container] },
    };

    private static Objects.Core.Node Node(string name, params IReadOnlyList<(string Type, string Status)> conditions) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Status = new NodeStatus { Conditions = conditions.Select(one => new NodeCondition { Type = one.Type, Status = one.Status, Reason = "Why" }).ToValueList() },
    };
}
