using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.World;

/// <summary>
/// What users run: one workload of each way to keep pods, some in a namespace of their own, each with a Service of its name. Their pods
/// differ, too: one has a startup probe, one init containers and a sidecar, one takes leave before it goes, one needs a ConfigMap, some
/// keep data, on their machine or within everybody's reach, some for as long as they live, and some are more important than others. And the Services: one is reached at a port of the nodes, one at their addresses,
/// and with one clients stay with their pod.
/// </summary>
internal static class Applications
{
    public const string TeamNamespace = "team";

    /// <summary>Of the container that does an application's work.</summary>
    public const string ContainerName = "web";

    /// <summary>The volume of those that keep something, and what the names of their claims begin with.</summary>
    public const string Data = "data";

    // How long one of them takes leave, which must fit into its grace.
    private const int StopSleepSeconds = 3;

    private static readonly IReadOnlyList<(ObjectKey Key, Func<ObjectKey, int, string, Random, KubernetesObject> Make)> Catalogue =
    [
        (new("default", "anna"), RollingDeployment),
        (new("default", "bert"), RollingDeployment),
        (new("default", "cleo"), RecreateDeployment),
        (new("default", "dora"), ReplicationController),
        (new(TeamNamespace, "emil"), RollingDeployment),
        (new(TeamNamespace, "fred"), ReplicaSet),
        (new(TeamNamespace, "gwen"), DaemonSet),
        (new(TeamNamespace, "hugo"), (key, replicas, image, random) => StatefulSet(key, replicas, image, random)),
        (new("default", "ines"), OrderlyStatefulSet),
        (new(TeamNamespace, "jana"), TidyStatefulSet),
        (new("default", "karl"), SurgingDaemonSet),
        (new("default", "lena"), RollingDeployment),
        (new("default", "nora"), RovingStatefulSet),
        (new("default", "paul"), RollingDeployment),
    ];

    /// <summary>What some pods cannot start without.</summary>
    public static readonly ObjectKey Settings = new("default", "settings");

    public static IReadOnlyList<ObjectKey> Keys { get; } = [.. Catalogue.Select(c => c.Key)];

    /// <summary>Its pods have numbers in the place of random names, and nobody else can make one of that name.</summary>
    public static bool IsNumbered(string application) => application is "hugo" or "ines" or "jana" or "nora";

    public static KubernetesObject Workload(ObjectKey key, int replicas, string image, Random random) =>
        Catalogue.First(c => c.Key == key).Make(key, replicas, image, random);

    public static Service Service(ObjectKey key, int port) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = Named(key),
        Spec = new()
        {
            Selector = Labels(key),
            Ports = [new ServicePort { Port = port, TargetPort = 80 }],
            Type = key.Name switch { "bert" => ServiceType.NodePort, "emil" => ServiceType.LoadBalancer, _ => ServiceType.ClusterIP },
            SessionAffinity = key.Name == "anna" ? "ClientIP" : "None",
        },
    };

    public static ConfigMap SettingsMap() => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = Named(Settings),
        Data = ValueMap.Of(("colour", "green")),
    };

    public static Namespace Namespace(string name) => new() { ApiVersion = "v1", Kind = "Namespace", Metadata = new() { Name = name } };

    public static ValueMap<string> Labels(ObjectKey key) => ValueMap.Of(("app", key.Name));

    private static Deployment RollingDeployment(ObjectKey key, int replicas, string image, Random random) => Deployment(
        key, replicas, image, random,
        new() { Type = DeploymentStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = random.Next(1, 3), MaxUnavailable = random.Next(0, 2) } });

    private static DaemonSet SurgingDaemonSet(ObjectKey key, int replicas, string image, Random random)
    {
        var set = DaemonSet(key, replicas, image, random);
        var surging = new RollingUpdateDaemonSet { MaxSurge = random.Next(1, 3), MaxUnavailable = 0 };
        return set with { Spec = set.Spec with { UpdateStrategy = new() { Type = DaemonSetUpdateStrategyType.RollingUpdate, RollingUpdate = surging } } };
    }

    // Its claims stay, whatever becomes of it.
    private static StatefulSet OrderlyStatefulSet(ObjectKey key, int replicas, string image, Random random) => Keeping(
        StatefulSet(key, replicas, image, random, PodManagementPolicyType.OrderedReady), PersistentVolumeClaimRetentionPolicyType.Retain);

    private static StatefulSet TidyStatefulSet(ObjectKey key, int replicas, string image, Random random) => Keeping(
        StatefulSet(key, replicas, image, random), PersistentVolumeClaimRetentionPolicyType.Delete);

    // What it keeps can be reached from wherever its pods come to run.
    private static StatefulSet RovingStatefulSet(ObjectKey key, int replicas, string image, Random random) => Keeping(
        StatefulSet(key, replicas, image, random, random.Next(2) == 0 ? PodManagementPolicyType.OrderedReady : PodManagementPolicyType.Parallel),
        PersistentVolumeClaimRetentionPolicyType.Retain,
        Classes.Shelf);

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

    private static StatefulSet Keeping(StatefulSet set, string retention, string storage = Classes.Local) => set with
    {
        Spec = set.Spec with
        {
            PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = retention, WhenScaled = retention },
            VolumeClaimTemplates = [Classes.Claim(Data, storage)],
        },
    };

    private static StatefulSet StatefulSet(
        ObjectKey key, int replicas, string image, Random random, string management = PodManagementPolicyType.Parallel) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "StatefulSet",
        Metadata = Named(key),
        Spec = new()
        {
            Replicas = replicas,
            ServiceName = key.Name,
            PodManagementPolicy = management,
            Selector = Selector(key),
            Template = Template(key, image, random),
        },
    };

    private static ObjectMeta Named(ObjectKey key) => new() { Namespace = key.Namespace, Name = key.Name };

    private static LabelSelector Selector(ObjectKey key) => new() { MatchLabels = Labels(key) };

    private static PodTemplateSpec Template(ObjectKey key, string image, Random random) => new()
    {
        Metadata = new() { Labels = Labels(key) },
        Spec = Pod(key, image) with { TerminationGracePeriodSeconds = random.Next(StopSleepSeconds, 30), PriorityClassName = ClassOf(key.Name) },
    };

    // What is bound to its node cannot go elsewhere when others have taken its place.
    private static string? ClassOf(string name) => name switch { "lena" => Classes.Vital, "gwen" or "ines" or "jana" or "karl" => Classes.Steady, _ => null };

    private static PodSpec Pod(ObjectKey key, string image) => key.Name switch
    {
        "anna" => Of(Web(image) with { StartupProbe = new() { HttpGet = Asked(), PeriodSeconds = 1, FailureThreshold = 30 } }),
        "cleo" => Of(Web(image) with
        {
            Env = [new() { Name = "COLOUR", ValueFrom = new() { ConfigMapKeyRef = new() { Name = Settings.Name, Key = "colour" } } }],
        }),
        "dora" => Of(Web(image) with { Lifecycle = new() { PreStop = new() { Sleep = new() { Seconds = StopSleepSeconds } } } }),
        "emil" => Of(Web(image)) with { InitContainers = [Helper("setup", Registry.Init), Helper("proxy", Registry.Sidecar) with { RestartPolicy = RestartPolicy.Always }] },
        "lena" => Of(Web(image) with { Resources = Asking("900m") }),
        "paul" => Of(Web(image)) with { Volumes = [new() { Name = Data, Ephemeral = new() { VolumeClaimTemplate = new() { Spec = Classes.Claim(Data, Classes.Local).Spec } } }] },
        _ => Of(Web(image)),
    };

    private static PodSpec Of(Container web) => new() { Containers = [web] };

    private static Container Helper(string name, string image) => new() { Name = name, Image = image, ImagePullPolicy = "IfNotPresent" };

    private static ResourceRequirements Asking(string processors) => new() { Requests = ValueMap.Of(("cpu", Quantity.Parse(processors)), ("memory", Quantity.Parse("128Mi"))) };

    private static HTTPGetAction Asked() => new() { Port = 80, Path = "/" };

    private static Container Web(string image) => new()
    {
        Name = ContainerName,
        Image = image,
        ImagePullPolicy = "IfNotPresent",
        Ports = [new ContainerPort { ContainerPortValue = 80 }],
        Resources = Asking("200m"),
        ReadinessProbe = new() { HttpGet = Asked(), PeriodSeconds = 5 },
        LivenessProbe = new() { HttpGet = Asked(), PeriodSeconds = 10, InitialDelaySeconds = 10 },
    };
}
