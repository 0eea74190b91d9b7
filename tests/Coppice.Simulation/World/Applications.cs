using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.World;

/// <summary>What users run: one workload of each way to keep pods, some in a namespace of their own, each with a Service of its name.</summary>
internal static class Applications
{
    public const string TeamNamespace = "team";

    private static readonly IReadOnlyList<(ObjectKey Key, Func<ObjectKey, int, string, Random, KubernetesObject> Make)> Catalogue =
    [
        (new("default", "anna"), RollingDeployment),
        (new("default", "bert"), RollingDeployment),
        (new("default", "cleo"), RecreateDeployment),
        (new("default", "dora"), ReplicationController),
        (new(TeamNamespace, "emil"), RollingDeployment),
        (new(TeamNamespace, "fred"), ReplicaSet),
        (new(TeamNamespace, "gwen"), DaemonSet),
    ];

    public static IReadOnlyList<ObjectKey> Keys { get; } = [.. Catalogue.Select(c => c.Key)];

    public static KubernetesObject Workload(ObjectKey key, int replicas, string image, Random random) =>
        Catalogue.First(c => c.Key == key).Make(key, replicas, image, random);

    public static Service Service(ObjectKey key, int port) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = Named(key),
        Spec = new() { Selector = Labels(key), Ports = [new ServicePort { Port = port, TargetPort = 80 }] },
    };

    public static Namespace Namespace(string name) => new() { ApiVersion = "v1", Kind = "Namespace", Metadata = new() { Name = name } };

    public static ValueMap<string> Labels(ObjectKey key) => ValueMap.Of(("app", key.Name));

    private static Deployment RollingDeployment(ObjectKey key, int replicas, string image, Random random) => Deployment(
        key, replicas, image, random,
        new() { Type = DeploymentStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = random.Next(1, 3), MaxUnavailable = random.Next(0, 2) } });

    private static Deployment RecreateDeployment(ObjectKey key, int replicas, string image, Random random) =>
        Deployment(key, replicas, image, random, new() { Type = DeploymentStrategyType.Recreate });

    private static Deployment Deployment(ObjectKey key, int replicas, string image, Random random, DeploymentStrategy strategy) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = Named(key),
        Spec = new() { Replicas = replicas, Selector = Selector(key), Strategy = strategy, Template = Template(key, image, random) },
    };

    private static ReplicaSet ReplicaSet(ObjectKey key, int replicas, string image, Random random) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "ReplicaSet",
        Metadata = Named(key),
        Spec = new() { Replicas = replicas, Selector = Selector(key), Template = Template(key, image, random) },
    };

    private static ReplicationController ReplicationController(ObjectKey key, int replicas, string image, Random random) => new()
    {
        ApiVersion = "v1",
        Kind = "ReplicationController",
        Metadata = Named(key),
        Spec = new() { Replicas = replicas, Selector = Labels(key), Template = Template(key, image, random) },
    };

    private static DaemonSet DaemonSet(ObjectKey key, int replicas, string image, Random random) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "DaemonSet",
        Metadata = Named(key),
        Spec = new() { Selector = Selector(key), Template = Template(key, image, random) },
    };

    private static ObjectMeta Named(ObjectKey key) => new() { Namespace = key.Namespace, Name = key.Name };

    private static LabelSelector Selector(ObjectKey key) => new() { MatchLabels = Labels(key) };

    private static PodTemplateSpec Template(ObjectKey key, string image, Random random) => new()
    {
        Metadata = new() { Labels = Labels(key) },
        Spec = new() { TerminationGracePeriodSeconds = random.Next(1, 30), Containers = [Web(image)] },
    };

    private static Container Web(string image) => new()
    {
        Name = "web",
        Image = image,
        ImagePullPolicy = "IfNotPresent",
        Ports = [new ContainerPort { ContainerPortValue = 80 }],
        Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("200m")), ("memory", Quantity.Parse("128Mi"))) },
        ReadinessProbe = new() { HttpGet = new() { Port = 80, Path = "/" }, PeriodSeconds = 5 },
        LivenessProbe = new() { HttpGet = new() { Port = 80, Path = "/" }, PeriodSeconds = 10, InitialDelaySeconds = 10 },
    };
}
