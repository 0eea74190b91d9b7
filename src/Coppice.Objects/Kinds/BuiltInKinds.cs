using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Certificates;
using Coppice.Objects.Batch;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Flowcontrol;
using Coppice.Objects.Networking;
using Coppice.Objects.Node;
using Coppice.Objects.Rbac;
using Coppice.Objects.Policy;
using Coppice.Objects.Resource;
using Coppice.Objects.Scheduling;
using Coppice.Objects.Storage;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;
using V2 = Coppice.Objects.Autoscaling.V2;

namespace Coppice.Objects;

/// <summary>Every kind that is there from the start and is kept, in the order of discovery. To add a kind, add a line.</summary>
public static class BuiltInKinds
{
    // Before the list, which fills it.
    private static readonly Dictionary<Type, Kind> ByType = [];

    private static readonly Kind CoreEvents = Define<Event>("", "events", shortNames: ["ev"]);

    private static readonly HorizontalPodAutoscalerConversion AutoscalerVersions = new();

    private static readonly Kind Autoscalers =
        Define<V2.HorizontalPodAutoscaler>("autoscaling", "horizontalpodautoscalers", shortNames: ["hpa"], categories: ["all"], version: "v2");

    public static readonly IReadOnlyList<Kind> All =
    [
        Define<ConfigMap>("", "configmaps", shortNames: ["cm"]),
        Define<Endpoints>("", "endpoints", singular: "endpoints", shortNames: ["ep"], deprecated: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
        CoreEvents,
        Define<LimitRange>("", "limitranges", shortNames: ["limits"]),
        Define<Namespace>("", "namespaces", namespaced: false, shortNames: ["ns"]),
        Define<Core.Node>("", "nodes", namespaced: false, shortNames: ["no"]),
        Define<PersistentVolumeClaim>("", "persistentvolumeclaims", shortNames: ["pvc"]),
        Define<PersistentVolume>("", "persistentvolumes", namespaced: false, shortNames: ["pv"]),
        Define<Pod>("", "pods", shortNames: ["po"], categories: ["all"]),
        Define<PodTemplate>("", "podtemplates"),
        Define<ReplicationController>("", "replicationcontrollers", shortNames: ["rc"], categories: ["all"]),
        Define<ResourceQuota>("", "resourcequotas", shortNames: ["quota"]),
        Define<Secret>("", "secrets"),
        Define<ServiceAccount>("", "serviceaccounts", shortNames: ["sa"]),
        Define<Service>("", "services", shortNames: ["svc"], categories: ["all"]),
        Define<APIService>("apiregistration.k8s.io", "apiservices", namespaced: false, categories: ["api-extensions"]),
        Define<ControllerRevision>("apps", "controllerrevisions"),
        Define<DaemonSet>("apps", "daemonsets", shortNames: ["ds"], categories: ["all"]),
        Define<Deployment>("apps", "deployments", shortNames: ["deploy"], categories: ["all"]),
        Define<ReplicaSet>("apps", "replicasets", shortNames: ["rs"], categories: ["all"]),
        Define<StatefulSet>("apps", "statefulsets", shortNames: ["sts"], categories: ["all"]),
        Autoscalers,
        Define<HorizontalPodAutoscaler>("autoscaling", "horizontalpodautoscalers", shortNames: ["hpa"], categories: ["all"], stored: Autoscalers, conversion: AutoscalerVersions),
        Define<CronJob>("batch", "cronjobs", shortNames: ["cj"], categories: ["all"]),
        Define<Job>("batch", "jobs", categories: ["all"]),
        Define<Events.Event>("events.k8s.io", "events", shortNames: ["ev"], stored: CoreEvents, conversion: new EventConversion()),
        Define<ClusterRoleBinding>("rbac.authorization.k8s.io", "clusterrolebindings", namespaced: false),
        Define<ClusterRole>("rbac.authorization.k8s.io", "clusterroles", namespaced: false),
        Define<RoleBinding>("rbac.authorization.k8s.io", "rolebindings"),
        Define<Role>("rbac.authorization.k8s.io", "roles"),
        Define<MutatingAdmissionPolicy>("admissionregistration.k8s.io", "mutatingadmissionpolicies", namespaced: false, categories: ["api-extensions"]),
        Define<MutatingAdmissionPolicyBinding>("admissionregistration.k8s.io", "mutatingadmissionpolicybindings", namespaced: false, categories: ["api-extensions"]),
        Define<MutatingWebhookConfiguration>("admissionregistration.k8s.io", "mutatingwebhookconfigurations", namespaced: false, categories: ["api-extensions"]),
        Define<ValidatingAdmissionPolicy>("admissionregistration.k8s.io", "validatingadmissionpolicies", namespaced: false, categories: ["api-extensions"]),
        Define<ValidatingAdmissionPolicyBinding>("admissionregistration.k8s.io", "validatingadmissionpolicybindings", namespaced: false, categories: ["api-extensions"]),
        Define<ValidatingWebhookConfiguration>("admissionregistration.k8s.io", "validatingwebhookconfigurations", namespaced: false, categories: ["api-extensions"]),
        Define<CertificateSigningRequest>("certificates.k8s.io", "certificatesigningrequests", namespaced: false, shortNames: ["csr"]),
        Define<Lease>("coordination.k8s.io", "leases"),
        Define<EndpointSlice>("discovery.k8s.io", "endpointslices"),
        Define<FlowSchema>("flowcontrol.apiserver.k8s.io", "flowschemas", namespaced: false),
        Define<PriorityLevelConfiguration>("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", namespaced: false),
        Define<Ingress>("networking.k8s.io", "ingresses", shortNames: ["ing"]),
        Define<IngressClass>("networking.k8s.io", "ingressclasses", namespaced: false),
        Define<IPAddress>("networking.k8s.io", "ipaddresses", namespaced: false, shortNames: ["ip"]),
        Define<NetworkPolicy>("networking.k8s.io", "networkpolicies", shortNames: ["netpol"]),
        Define<ServiceCIDR>("networking.k8s.io", "servicecidrs", namespaced: false),
        Define<RuntimeClass>("node.k8s.io", "runtimeclasses", namespaced: false),
        Define<PodDisruptionBudget>("policy", "poddisruptionbudgets", shortNames: ["pdb"]),
        Define<DeviceClass>("resource.k8s.io", "deviceclasses", namespaced: false),
        Define<ResourceClaim>("resource.k8s.io", "resourceclaims"),
        Define<ResourceClaimTemplate>("resource.k8s.io", "resourceclaimtemplates"),
        Define<ResourceSlice>("resource.k8s.io", "resourceslices", namespaced: false),
        Define<PriorityClass>("scheduling.k8s.io", "priorityclasses", namespaced: false, shortNames: ["pc"]),
        Define<CSIDriver>("storage.k8s.io", "csidrivers", namespaced: false),
        Define<CSINode>("storage.k8s.io", "csinodes", namespaced: false),
        Define<CSIStorageCapacity>("storage.k8s.io", "csistoragecapacities"),
        Define<StorageClass>("storage.k8s.io", "storageclasses", namespaced: false, shortNames: ["sc"]),
        Define<VolumeAttachment>("storage.k8s.io", "volumeattachments", namespaced: false),
        Define<VolumeAttributesClass>("storage.k8s.io", "volumeattributesclasses", namespaced: false, shortNames: ["vac"]),
        Define<CustomResourceDefinition>(
            "apiextensions.k8s.io", "customresourcedefinitions", namespaced: false, shortNames: ["crd", "crds"], categories: ["api-extensions"]),
    ];

    private static readonly Dictionary<(string ApiVersion, string Kind), Kind> ByKind = All.ToDictionary(d => (d.ApiVersion, d.Name));

    public static Kind Of<T>() where T : KubernetesObject => ByType[typeof(T)];

    public static Kind Of(KubernetesObject item) => ByType[item.GetType()];

    /// <summary>How a reference names an object: a record by its kind, any other as it says itself.</summary>
    public static (string ApiVersion, string Kind) NameOf(KubernetesObject item) =>
        ByType.TryGetValue(item.GetType(), out var kind) ? (kind.ApiVersion, kind.Name) : (item.ApiVersion ?? "", item.Kind ?? "");

    public static Kind? FindKind(string apiVersion, string kind) => ByKind.GetValueOrDefault((apiVersion, kind));

    private static Kind Define<T>(
        string group,
        string resource,
        bool namespaced = true,
        string? singular = null,
        string[]? shortNames = null,
        string[]? categories = null,
        string? deprecated = null,
        string version = "v1",
        Kind? stored = null,
        IConversion? conversion = null)
        where T : KubernetesObject, IJsonReadable<T>
    {
        var kind = new Kind
        {
            Group = group,
            Version = version,
            Name = typeof(T).Name,
            Resource = resource,
            Singular = singular ?? typeof(T).Name.ToLowerInvariant(),
            Namespaced = namespaced,
            ShortNames = shortNames ?? [],
            Categories = categories ?? [],
            Deprecated = deprecated,
            Format = new RecordFormat<T>(),
            Conversion = conversion,
            Stored = stored,
        };
        ByType.Add(typeof(T), kind);
        return kind;
    }
}
