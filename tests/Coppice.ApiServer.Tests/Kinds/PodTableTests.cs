using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Xunit;

namespace Coppice.ApiServer.Tests.Kinds;

public sealed class PodTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset FiveSecondsAgo = Now - TimeSpan.FromSeconds(5);

    private static readonly ContainerState Running = new() { Running = new() };

    public static TheoryData<string, string, string, string> States
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (var (name, _, ready, status, restarts) in Cases())
            {
                data.Add(name, ready, status, restarts);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_pod_is_summed_up_as_kubectl_users_know_it(string name, string ready, string status, string restarts)
    {
        var pod = Cases().Single(c => c.Name == name).Pod;

        var cells = Served.Cells(pod, Now);

        Assert.Equal([ready, status, restarts], cells.Skip(1).Take(3));
    }

    [Fact]
    public void Wide_columns_name_address_node_and_gates()
    {
        var pod = Plain(PodPhase.Running, Ready("app")) with
        {
            Metadata = new() { Name = "web", CreationTimestamp = Now - TimeSpan.FromMinutes(27) },
            Spec = new() { Containers = [new() { Name = "app" }], NodeName = "one", ReadinessGates = [new() { ConditionType = "a" }, new() { ConditionType = "b" }] },
            Status = new()
            {
                Phase = PodPhase.Running,
                PodIPs = [new() { Ip = "10.1.0.7" }],
                ContainerStatuses = [Ready("app")],
                Conditions = [new() { Type = "a", Status = "True" }, new() { Type = "b", Status = "False" }],
            },
        };

        Assert.Equal(["web", "1/1", "Running", "0", "27m", "10.1.0.7", "one", "<none>", "1/2"], Served.Cells(pod, Now));
        Assert.Equal(
            ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"],
            Served.Table<Pod>().Columns.Select(c => c.Name));
    }

    private static IEnumerable<(string Name, Pod Pod, string Ready, string Status, string Restarts)> Cases() =>
    [
        .. StartingPods(),
        .. InitializingPods(),
        .. FailingPods(),
        .. LeavingPods(),
    ];

    private static IEnumerable<(string Name, Pod Pod, string Ready, string Status, string Restarts)> StartingPods() =>
    [
        ("not scheduled", Plain(PodPhase.Pending), "0/1", "Pending", "0"),
        ("gated", Plain(PodPhase.Pending) with
        {
            Status = new() { Phase = PodPhase.Pending, Conditions = [new() { Type = "PodScheduled", Status = "False", Reason = "SchedulingGated" }] },
        }, "0/1", "SchedulingGated", "0"),
        ("creating", Plain(PodPhase.Pending, Waiting("app", "ContainerCreating")), "0/1", "ContainerCreating", "0"),
        ("pulling fails", Plain(PodPhase.Pending, Waiting("app", "ImagePullBackOff")), "0/1", "ImagePullBackOff", "0"),
        ("running", Plain(PodPhase.Running, Ready("app")), "1/1", "Running", "0"),
        ("not ready yet", Plain(PodPhase.Running, Ready("app") with { Ready = false }), "0/1", "Running", "0"),
        ("one of two done", Plain(PodPhase.Running, Ready("app"), Ended("job", 0, "Completed")), "1/2", "NotReady", "0"),
        ("one of two done and ready", WithReady(Plain(PodPhase.Running, Ready("app"), Ended("job", 0, "Completed"))), "1/2", "Running", "0"),
    ];

    private static IEnumerable<(string Name, Pod Pod, string Ready, string Status, string Restarts)> InitializingPods() =>
    [
        ("first init container", WithInit(PodPhase.Pending, Status("i0", Running), Waiting("i1", "PodInitializing")), "0/1", "Init:0/2", "0"),
        ("second init container", WithInit(PodPhase.Pending, Ended("i0", 0, "Completed"), Status("i1", Running)), "0/1", "Init:1/2", "0"),
        ("init container fails", WithInit(PodPhase.Pending, Ended("i0", 1, "Error"), Waiting("i1", "PodInitializing")), "0/1", "Init:Error", "0"),
        ("init container killed", WithInit(PodPhase.Pending, Killed("i0", 9), Waiting("i1", "PodInitializing")), "0/1", "Init:Signal:9", "0"),
        ("init container exits", WithInit(PodPhase.Pending, Ended("i0", 3, ""), Waiting("i1", "PodInitializing")), "0/1", "Init:ExitCode:3", "0"),
        ("init container crashes on", WithInit(
            PodPhase.Pending,
            Waiting("i0", "CrashLoopBackOff") with { RestartCount = 4, LastState = EndedAt(FiveSecondsAgo) },
            Waiting("i1", "PodInitializing")), "0/1", "Init:CrashLoopBackOff", "4 (5s ago)"),
        ("initialized", WithInit(PodPhase.Pending, Ended("i0", 0, "Completed"), Ended("i1", 0, "Completed"), Waiting("app", "PodInitializing")), "0/1", "PodInitializing", "0"),
        ("with a sidecar", Sidecar(), "2/2", "Running", "0"),
    ];

    private static IEnumerable<(string Name, Pod Pod, string Ready, string Status, string Restarts)> FailingPods() =>
    [
        ("crashing", Plain(
            PodPhase.Running,
            Waiting("app", "CrashLoopBackOff") with { RestartCount = 3, LastState = EndedAt(FiveSecondsAgo) }), "0/1", "CrashLoopBackOff", "3 (5s ago)"),
        ("restarted once", Plain(
            PodPhase.Running,
            Ready("app") with { RestartCount = 1, LastState = EndedAt(Now - TimeSpan.FromSeconds(418)) }), "1/1", "Running", "1 (6m58s ago)"),
        ("out of memory", Plain(PodPhase.Running, Ended("app", 137, "OOMKilled")), "0/1", "OOMKilled", "0"),
        ("failed", Plain(PodPhase.Failed, Ended("app", 1, "Error")), "0/1", "Error", "0"),
        ("done", Plain(PodPhase.Succeeded, Ended("app", 0, "Completed")), "0/1", "Completed", "0"),
        ("exit without a reason", Plain(PodPhase.Running, Ended("app", 7, "")), "0/1", "ExitCode:7", "0"),
        ("signal without a reason", Plain(PodPhase.Running, Killed("app", 11)), "0/1", "Signal:11", "0"),
        ("the first container speaks", Plain(PodPhase.Running, Ended("a", 1, "Error"), Waiting("b", "CrashLoopBackOff")), "0/2", "Error", "0"),
        ("evicted", Plain(PodPhase.Failed) with { Status = new() { Phase = PodPhase.Failed, Reason = "Evicted" } }, "0/1", "Evicted", "0"),
    ];

    private static IEnumerable<(string Name, Pod Pod, string Ready, string Status, string Restarts)> LeavingPods() =>
    [
        ("terminating", Leaving(Plain(PodPhase.Running, Ready("app"))), "1/1", "Terminating", "0"),
        ("done and deleted", Leaving(Plain(PodPhase.Succeeded, Ended("app", 0, "Completed"))), "0/1", "Completed", "0"),
        ("on a lost node", Leaving(Plain(PodPhase.Running) with { Status = new() { Phase = PodPhase.Running, Reason = "NodeLost" } }), "0/1", "Unknown", "0"),
    ];

    private static Pod Plain(string phase, params ContainerStatus[] containers) => new()
    {
        Spec = new() { Containers = (containers.Length == 0 ? ["app"] : containers.Select(c => c.Name)).Select(n => new Container { Name = n }).ToValueList() },
        Status = new() { Phase = phase, ContainerStatuses = [.. containers] },
    };

    private static Pod WithInit(string phase, ContainerStatus first, ContainerStatus second, ContainerStatus? app = null) => new()
    {
        Spec = new() { Containers = [new() { Name = "app" }], InitContainers = [new() { Name = first.Name }, new() { Name = second.Name }] },
        Status = new() { Phase = phase, InitContainerStatuses = [first, second], ContainerStatuses = [app ?? Waiting("app", "PodInitializing")] },
    };

    private static Pod Sidecar() => new()
    {
        Spec = new() { Containers = [new() { Name = "app" }], InitContainers = [new() { Name = "proxy", RestartPolicy = "Always" }] },
        Status = new()
        {
            Phase = PodPhase.Running,
            InitContainerStatuses = [Ready("proxy") with { Started = true }],
            ContainerStatuses = [Ready("app")],
        },
    };

    private static Pod WithReady(Pod pod) => pod with { Status = pod.Status with { Conditions = [new() { Type = "Ready", Status = "True" }] } };

    private static Pod Leaving(Pod pod) => pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now } };

    private static ContainerStatus Status(string name, ContainerState state) => new() { Name = name, State = state };

    private static ContainerStatus Ready(string name) => Status(name, Running) with { Ready = true };

    private static ContainerStatus Waiting(string name, string reason) => Status(name, new() { Waiting = new() { Reason = reason } });

    private static ContainerStatus Ended(string name, int code, string reason) =>
        Status(name, new() { Terminated = new() { ExitCode = code, Reason = reason.Length == 0 ? null : reason } });

    private static ContainerStatus Killed(string name, int signal) => Status(name, new() { Terminated = new() { Signal = signal, ExitCode = 128 + signal } });

    private static ContainerState EndedAt(DateTimeOffset time) => new() { Terminated = new() { FinishedAt = time } };
}
