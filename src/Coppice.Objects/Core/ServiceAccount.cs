using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Who the programs in pods are when they call the API.</summary>
public sealed partial record ServiceAccount : KubernetesObject
{
    /// <summary>Secrets that its pods may mount, where that is limited.</summary>
    [Field(2, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<ObjectReference> Secrets { get; init; }

    /// <summary>Added to pods that have none of their own.</summary>
    [Field(3)]
    public ValueList<LocalObjectReference> ImagePullSecrets { get; init; }

    /// <summary>Whether pods get a token of it; yes by default, and the pod's word counts more.</summary>
    [Field(4)]
    public bool? AutomountServiceAccountToken { get; init; }
}
