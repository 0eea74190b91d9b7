using Coppice.Objects.Core;

namespace Coppice.Objects.Node;

/// <summary>A way to run pods that a node's runtime offers, and what it takes.</summary>
public sealed partial record RuntimeClass : KubernetesObject
{
    /// <summary>The name by which the runtime of every node knows this way; it cannot be changed.</summary>
    [Field(2, Required = true)]
    public string Handler { get; init => field = value ?? ""; } = "";

    /// <summary>What a pod takes beyond its containers when it is run this way.</summary>
    [Field(3)]
    public Overhead? Overhead { get; init; }

    /// <summary>Which nodes can run pods this way; every one where it is absent.</summary>
    [Field(4)]
    public Scheduling? Scheduling { get; init; }
}

/// <summary>What running a pod takes beyond its containers.</summary>
public sealed partial record Overhead
{
    /// <summary>What every pod takes, whatever is in it.</summary>
    [Field(1)]
    public ValueMap<Quantity> PodFixed { get; init; }
}

/// <summary>Which nodes can run the pods of a RuntimeClass.</summary>
public sealed partial record Scheduling
{
    /// <summary>Labels that the node must have; they are added to the pod's own selector, and must not contradict it.</summary>
    [Field(1, AtomicMap = true)]
    public ValueMap<string> NodeSelector { get; init; }

    /// <summary>Taints that do not keep such pods away, beside those that the pod tolerates.</summary>
    [Field(2)]
    public ValueList<Toleration> Tolerations { get; init; }
}
