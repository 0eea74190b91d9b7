using Coppice.Objects.Apps;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>The pods that an object will make.</summary>
public static class PodTemplates
{
    /// <summary>Null for what makes no pods, or does not say which.</summary>
    public static PodTemplateSpec? Of(KubernetesObject? item) => item switch
    {
        PodTemplate template => template.Template,
        ReplicationController controller => controller.Spec.Template,
        ReplicaSet set => set.Spec.Template,
        Deployment deployment => deployment.Spec.Template,
        DaemonSet set => set.Spec.Template,
        StatefulSet set => set.Spec.Template,
        Job job => job.Spec.Template,
        CronJob job => job.Spec.JobTemplate.Spec.Template,
        _ => null,
    };
}
