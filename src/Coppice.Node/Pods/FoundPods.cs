using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>What the runtime holds, pod by pod.</summary>
internal sealed class FoundPods(RuntimeSnapshot found)
{
    private readonly ILookup<string, SandboxRecord> _sandboxes = found.Sandboxes.ToLookup(one => one.Pod.Uid, StringComparer.Ordinal);
    private readonly ILookup<string, ContainerRecord> _containers = found.Containers.ToLookup(one => one.Pod.Uid, StringComparer.Ordinal);

    /// <summary>Every pod of which there is anything, in the order of their uids. Without those that no pod made.</summary>
    public IEnumerable<PodIdentity> Identities => found.Sandboxes.Select(one => one.Pod).Concat(found.Containers.Select(one => one.Pod))
        .Where(one => one.Uid.Length > 0)
        .Distinct()
        .OrderBy(one => one.Uid, StringComparer.Ordinal);

    public PodView Of(string uid) => _sandboxes.Contains(uid) || _containers.Contains(uid) ? new(_sandboxes[uid], _containers[uid]) : PodView.Empty;
}
