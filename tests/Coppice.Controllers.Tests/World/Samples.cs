using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.World;

/// <summary>Objects that tests begin with.</summary>
internal static class Samples
{
    public static readonly ValueMap<string> Web = ValueMap.Of(("app", "web"));

    public static PodTemplateSpec Template(string image = "web:1") => new()
    {
        Metadata = new() { Labels = Web },
        Spec = new() { Containers = [new Container { Name = "web", Image = image, Ports = [new() { Name = "http", ContainerPortValue = 8080, Protocol = "TCP" }] }] },
    };

    public static ReplicaSet ReplicaSet(int replicas, string name = "web") => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Replicas = replicas, Selector = new() { MatchLabels = Web }, Template = Template() },
    };

    public static Deployment Deployment(int replicas, string image = "web:1", IntOrString? surge = null, IntOrString? unavailable = null) => new()
    {
        Metadata = new() { Name = "web", Namespace = "default", Generation = 1, Uid = "deployment-uid" },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = Web },
            Template = Template(image),
            ProgressDeadlineSeconds = 600,
            RevisionHistoryLimit = 10,
            Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = surge ?? "25%", MaxUnavailable = unavailable ?? "25%" } },
        },
    };

    public static Service Service() => new()
    {
        Metadata = new() { Name = "web", Namespace = "default", Uid = "service-uid" },
        Spec = new()
        {
            Selector = Web,
            ClusterIP = "10.96.0.10",
            IpFamilies = ["IPv4"],
            Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP", TargetPort = "http" }],
        },
    };

    public static Pod Pod(string name, bool isReady = true, string ip = "10.244.0.1") => Running(
        new Pod { Metadata = new() { Name = name, Namespace = "default", Uid = $"uid-of-{name}", Labels = Web }, Spec = Template().Spec },
        isReady,
        new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        ip);

    public static Pod Running(Pod pod, bool isReady, DateTimeOffset now, string? ip = null) => pod with
    {
        Spec = pod.Spec with { NodeName = pod.Spec.NodeName ?? "n1" },
        Status = pod.Status with
        {
            Phase = PodPhase.Running,
            PodIP = ip ?? pod.Status.PodIP,
            Conditions = [new PodCondition { Type = "Ready", Status = isReady ? "True" : "False", LastTransitionTime = now }],
        },
    };
}
