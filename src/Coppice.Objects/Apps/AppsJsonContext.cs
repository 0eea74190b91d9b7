using System.Text.Json.Serialization;

namespace Coppice.Objects.Apps;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(ControllerRevision))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(DaemonSetCondition))]
[JsonSerializable(typeof(DaemonSetSpec))]
[JsonSerializable(typeof(DaemonSetStatus))]
[JsonSerializable(typeof(DaemonSetUpdateStrategy))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(DeploymentCondition))]
[JsonSerializable(typeof(DeploymentSpec))]
[JsonSerializable(typeof(DeploymentStatus))]
[JsonSerializable(typeof(DeploymentStrategy))]
[JsonSerializable(typeof(ReplicaSet))]
[JsonSerializable(typeof(ReplicaSetCondition))]
[JsonSerializable(typeof(ReplicaSetSpec))]
[JsonSerializable(typeof(ReplicaSetStatus))]
[JsonSerializable(typeof(RollingUpdateDaemonSet))]
[JsonSerializable(typeof(RollingUpdateDeployment))]
[JsonSerializable(typeof(RollingUpdateStatefulSetStrategy))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(StatefulSetCondition))]
[JsonSerializable(typeof(StatefulSetOrdinals))]
[JsonSerializable(typeof(StatefulSetPersistentVolumeClaimRetentionPolicy))]
[JsonSerializable(typeof(StatefulSetSpec))]
[JsonSerializable(typeof(StatefulSetStatus))]
[JsonSerializable(typeof(StatefulSetUpdateStrategy))]
internal sealed partial class AppsJsonContext : JsonSerializerContext;
