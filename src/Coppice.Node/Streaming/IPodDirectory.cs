using Coppice.Node.Runtime;
using Coppice.Streaming;

namespace Coppice.Node.Streaming;

/// <summary>Where the pods of this node are, as its agent knows it.</summary>
public interface IPodDirectory
{
    /// <summary>The pod of this namespace and name (and uid, where one is given), or null.</summary>
    PodPlace? Find(PodTarget pod);
}

/// <summary>One pod in the runtime.</summary>
/// <param name="Sandbox">The one of now, or null while there is none.</param>
/// <param name="Containers">Every container there is a record of, older attempts too.</param>
/// <param name="Waiting">Why containers that don't run don't (ContainerCreating, CrashLoopBackOff), by name.</param>
/// <param name="IsEnding">It is being deleted or has ended: nothing in it will come back.</param>
public sealed record PodPlace(
    SandboxRecord? Sandbox, IReadOnlyList<ContainerRecord> Containers, IReadOnlyDictionary<string, string> Waiting, bool UsesHostNetwork, bool IsEnding)
{
    /// <summary>The newest container of a name.</summary>
    public ContainerRecord? Newest(string name) => Of(name).FirstOrDefault();

    /// <summary>The newest one of a name that has ended and was followed by another, or is about to be.</summary>
    public ContainerRecord? Previous(string name)
    {
        var all = Of(name).ToList();
        if (all.Count == 0)
        {
            return null;
        }
        // Between two attempts the one that just ended is the last one, and what is asked for is what it said.
        return all.Skip(1).FirstOrDefault(one => one.State == ContainerRunState.Exited)
            ?? (all[0].State == ContainerRunState.Exited && Waiting.ContainsKey(name) ? all[0] : null);
    }

    private IEnumerable<ContainerRecord> Of(string name) => Containers.Where(one => one.Name == name).OrderByDescending(one => one.Attempt).ThenByDescending(one => one.CreatedAt);
}
