using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>A number of pods, brought from one template to the next by and by.</summary>
internal static class DeploymentKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Deployment>();

    public static ServedKind Served { get; } = new(Kind, new DeploymentKindStrategy(), new DeploymentTable())
    {
        Replicas = Replicas.Of<Deployment>(
            item => item.Spec.Replicas ?? 1,
            item => item.Status.Replicas,
            item => LabelQuery.Of(item.Spec.Selector),
            (item, count) => item with { Spec = item.Spec with { Replicas = count } }),
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}
