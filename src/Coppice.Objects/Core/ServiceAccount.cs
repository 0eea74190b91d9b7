using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ServiceAccount : KubernetesObject
{
    [Field(2, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<ObjectReference> Secrets { get; init; }

    [Field(3)]
    public ValueList<LocalObjectReference> ImagePullSecrets { get; init; }

    [Field(4)]
    public bool? AutomountServiceAccountToken { get; init; }
}
