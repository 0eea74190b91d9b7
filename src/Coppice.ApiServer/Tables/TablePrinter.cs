using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Tables;

/// <summary>What kubectl prints of every kind in the catalog. To add a kind, add a line.</summary>
public static class TablePrinter
{
    private static readonly Dictionary<Type, IKindTable> ByType = new()
    {
        [typeof(ConfigMap)] = new ConfigMapTable(),
        [typeof(ControllerRevision)] = new ControllerRevisionTable(),
        [typeof(DaemonSet)] = new DaemonSetTable(),
        [typeof(Deployment)] = new DeploymentTable(),
        [typeof(Endpoints)] = new EndpointsTable(),
        [typeof(EndpointSlice)] = new EndpointSliceTable(),
        [typeof(Event)] = new EventTable(),
        [typeof(Objects.Events.Event)] = new EventsEventTable(),
        [typeof(Lease)] = new LeaseTable(),
        [typeof(Namespace)] = new NamespaceTable(),
        [typeof(Node)] = new NodeTable(),
        [typeof(PersistentVolumeClaim)] = new PersistentVolumeClaimTable(),
        [typeof(Pod)] = new PodTable(),
        [typeof(ReplicaSet)] = new ReplicatedTable<ReplicaSet>(ReplicatedFacts.Of),
        [typeof(ReplicationController)] = new ReplicatedTable<ReplicationController>(ReplicatedFacts.Of),
        [typeof(Scale)] = new ScaleTable(),
        [typeof(Secret)] = new SecretTable(),
        [typeof(Service)] = new ServiceTable(),
        [typeof(ServiceAccount)] = new ServiceAccountTable(),
    };

    public static IReadOnlyList<TableColumn> Columns(Kind kind) => ByType[kind.Type].Columns;

    /// <summary>One cell a column, wide ones included: strings, and numbers as <see cref="long"/>.</summary>
    public static IReadOnlyList<object> Cells(KubernetesObject item, DateTimeOffset now) => Row(item, now).Cells;

    public static TableRow Row(KubernetesObject item, DateTimeOffset now) => ByType[item.GetType()].Row(item, now);
}
