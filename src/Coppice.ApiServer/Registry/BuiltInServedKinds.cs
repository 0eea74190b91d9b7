using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Admissionregistration;
using Coppice.ApiServer.Kinds.Apiextensions;
using Coppice.ApiServer.Kinds.Apiregistration;
using Coppice.ApiServer.Kinds.Apps;
using Coppice.ApiServer.Kinds.Autoscaling;
using Coppice.ApiServer.Kinds.Certificates;
using Coppice.ApiServer.Kinds.Batch;
using Coppice.ApiServer.Kinds.Coordination;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Kinds.Discovery;
using Coppice.ApiServer.Kinds.Events;
using Coppice.ApiServer.Kinds.Flowcontrol;
using Coppice.ApiServer.Kinds.Networking;
using Coppice.ApiServer.Kinds.Nodes;
using Coppice.ApiServer.Kinds.Rbac;
using Coppice.ApiServer.Kinds.Policy;
using Coppice.ApiServer.Kinds.Resource;
using Coppice.ApiServer.Kinds.Scheduling;
using Coppice.ApiServer.Kinds.Storage;

namespace Coppice.ApiServer.Registry;

/// <summary>How each of <see cref="Objects.BuiltInKinds"/> is served. To add a kind, add a line.</summary>
public static class BuiltInServedKinds
{
    public static readonly IReadOnlyList<ServedKind> All =
    [
        ConfigMapKind.Served,
        EndpointsKind.Served,
        EventKind.Served,
        LimitRangeKind.Served,
        NamespaceKind.Served,
        NodeKind.Served,
        PersistentVolumeClaimKind.Served,
        PersistentVolumeKind.Served,
        PodKind.Served,
        PodTemplateKind.Served,
        ReplicationControllerKind.Served,
        ResourceQuotaKind.Served,
        SecretKind.Served,
        ServiceAccountKind.Served,
        ServiceKind.Served,
        APIServiceKind.Served,
        ControllerRevisionKind.Served,
        DaemonSetKind.Served,
        DeploymentKind.Served,
        ReplicaSetKind.Served,
        StatefulSetKind.Served,
        V2HorizontalPodAutoscalerKind.Served,
        HorizontalPodAutoscalerKind.Served,
        CronJobKind.Served,
        JobKind.Served,
        EventsEventKind.Served,
        ClusterRoleBindingKind.Served,
        ClusterRoleKind.Served,
        RoleBindingKind.Served,
        RoleKind.Served,
        MutatingAdmissionPolicyKind.Served,
        MutatingAdmissionPolicyBindingKind.Served,
        MutatingWebhookConfigurationKind.Served,
        ValidatingAdmissionPolicyKind.Served,
        ValidatingAdmissionPolicyBindingKind.Served,
        ValidatingWebhookConfigurationKind.Served,
        CertificateSigningRequestKind.Served,
        LeaseKind.Served,
        EndpointSliceKind.Served,
        FlowSchemaKind.Served,
        PriorityLevelConfigurationKind.Served,
        IngressKind.Served,
        IngressClassKind.Served,
        IPAddressKind.Served,
        NetworkPolicyKind.Served,
        ServiceCIDRKind.Served,
        RuntimeClassKind.Served,
        PodDisruptionBudgetKind.Served,
        DeviceClassKind.Served,
        ResourceClaimKind.Served,
        ResourceClaimTemplateKind.Served,
        ResourceSliceKind.Served,
        PriorityClassKind.Served,
        CSIDriverKind.Served,
        CSINodeKind.Served,
        CSIStorageCapacityKind.Served,
        StorageClassKind.Served,
        VolumeAttachmentKind.Served,
        VolumeAttributesClassKind.Served,
        CustomResourceDefinitionKind.Served,
    ];
}
