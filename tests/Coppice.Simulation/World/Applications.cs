using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.World;

/// <summary>What users run: Deployments with a Service of the same name.</summary>
internal static class Applications
{
    public static ObjectKey Key(string name) => new("default", name);

    public static Deployment Deployment(string name, int replicas, string image, Random random) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = ValueMap.Of(("app", name)) },
            Strategy = new()
            {
                Type = "RollingUpdate",
                RollingUpdate = new() { MaxSurge = random.Next(1, 3), MaxUnavailable = random.Next(0, 2) },
            },
            Template = new()
            {
                Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", name)) },
                Spec = new()
                {
                    TerminationGracePeriodSeconds = random.Next(1, 30),
                    Containers = [Web(image)],
                },
            },
        },
    };

    public static Service Service(string name) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Selector = ValueMap.Of(("app", name)), Ports = [new ServicePort { Port = 80 }] },
    };

    public static Deployment WithImage(this Deployment deployment, string image) => deployment with
    {
        Spec = deployment.Spec with
        {
            Template = deployment.Spec.Template with
            {
                Spec = deployment.Spec.Template.Spec with { Containers = [deployment.Spec.Template.Spec.Containers[0] with { Image = image }] },
            },
        },
    };

    public static string ImageOf(Deployment deployment) => deployment.Spec.Template.Spec.Containers[0].Image!;

    private static Container Web(string image) => new()
    {
        Name = "web",
        Image = image,
        ImagePullPolicy = "IfNotPresent",
        Ports = [new ContainerPort { ContainerPortValue = 80 }],
        Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("250m")), ("memory", Quantity.Parse("128Mi"))) },
        ReadinessProbe = new() { HttpGet = new() { Port = 80, Path = "/" }, PeriodSeconds = 5 },
        LivenessProbe = new() { HttpGet = new() { Port = 80, Path = "/" }, PeriodSeconds = 10, InitialDelaySeconds = 10 },
    };
}
