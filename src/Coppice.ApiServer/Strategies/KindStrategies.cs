using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Strategies;

/// <summary>The rules of every kind in the catalog. To add a kind, add a line.</summary>
public static class KindStrategies
{
    private static readonly Dictionary<Type, IKindStrategy> ByType = new()
    {
        [typeof(ConfigMap)] = new ConfigMapRules(),
        [typeof(ControllerRevision)] = new ControllerRevisionRules(),
        [typeof(DaemonSet)] = new DaemonSetRules(),
        [typeof(Deployment)] = new DeploymentRules(),
        [typeof(Endpoints)] = new EndpointsRules(),
        [typeof(EndpointSlice)] = new EndpointSliceRules(),
        [typeof(Event)] = new EventRules(),
        [typeof(Objects.Events.Event)] = new EventsEventRules(),
        [typeof(Lease)] = new LeaseRules(),
        [typeof(Namespace)] = new NamespaceRules(),
        [typeof(Node)] = new NodeRules(),
        [typeof(PersistentVolumeClaim)] = new PersistentVolumeClaimRules(),
        [typeof(Pod)] = new PodRules(),
        [typeof(ReplicaSet)] = new ReplicaSetRules(),
        [typeof(ReplicationController)] = new ReplicationControllerRules(),
        [typeof(Secret)] = new SecretRules(),
        [typeof(Service)] = new ServiceRules(),
        [typeof(ServiceAccount)] = new ServiceAccountRules(),
    };

    public static IKindStrategy Of(Kind kind) => ByType[kind.Type];

    public static IKindStrategy Of<T>() where T : KubernetesObject => ByType[typeof(T)];
}
