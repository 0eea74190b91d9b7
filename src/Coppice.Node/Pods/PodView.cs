using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>What the runtime holds of one pod, the newest first.</summary>
public sealed record PodView
{
    public static readonly PodView Empty = new([], []);

    public PodView(IEnumerable<SandboxRecord> sandboxes, IEnumerable<ContainerRecord> containers)
    {
        Sandboxes = [.. sandboxes.OrderByDescending(one => one.Attempt).ThenByDescending(one => one.CreatedAt).ThenBy(one => one.Id, StringComparer.Ordinal)];
        Containers = [.. containers.OrderByDescending(one => one.Attempt).ThenByDescending(one => one.CreatedAt).ThenBy(one => one.Id, StringComparer.Ordinal)];
    }

    public IReadOnlyList<SandboxRecord> Sandboxes { get; }

    public IReadOnlyList<ContainerRecord> Containers { get; }

    /// <summary>The pod's sandbox of now, whatever its state.</summary>
    public SandboxRecord? Sandbox => Sandboxes.Count > 0 ? Sandboxes[0] : null;

    public IEnumerable<ContainerRecord> Of(string name) => Containers.Where(one => one.Name == name);

    public ContainerRecord? Newest(string name) => Of(name).FirstOrDefault();

    public ContainerRecord? Find(string containerId) => Containers.FirstOrDefault(one => one.Id == containerId);

    public PodView With(ContainerRecord record) => new(Sandboxes, Containers.Where(one => one.Id != record.Id).Append(record));

    public PodView With(SandboxRecord record) => new(Sandboxes.Where(one => one.Id != record.Id).Append(record), Containers);

    public PodView WithoutContainer(string id) => new(Sandboxes, Containers.Where(one => one.Id != id));

    /// <summary>A sandbox takes its containers with it.</summary>
    public PodView WithoutSandbox(string id) => new(Sandboxes.Where(one => one.Id != id), Containers.Where(one => one.SandboxId != id));
}
