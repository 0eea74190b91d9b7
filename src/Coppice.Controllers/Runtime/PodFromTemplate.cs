using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>The pod that a template asks for, owned by its controller.</summary>
internal static class PodFromTemplate
{
    public static Pod Make(PodTemplateSpec template, KubernetesObject owner) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new()
        {
            GenerateName = owner.Metadata.Name + "-",
            Namespace = owner.Metadata.Namespace,
            Labels = template.Metadata.Labels,
            Annotations = template.Metadata.Annotations,
            Finalizers = template.Metadata.Finalizers,
            OwnerReferences = [ControllerRef.To(owner)],
        },
        Spec = template.Spec,
    };
}
