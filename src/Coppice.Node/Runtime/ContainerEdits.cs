namespace Coppice.Node.Runtime;

/// <summary>
/// What is changed in the OCI specification that the runtime made of a container, so that it can use its devices: CDI's container edits, of
/// which CRI has no words for the most.
/// </summary>
public sealed record ContainerEdits
{
    public static readonly ContainerEdits None = new();

    /// <summary>A variable that the container has already is set anew.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public IReadOnlyList<DeviceNode> DeviceNodes { get; init; } = [];

    /// <summary>A mount on the place of another takes it.</summary>
    public IReadOnlyList<OciMount> Mounts { get; init; } = [];

    /// <summary>Those of the same name run in this order.</summary>
    public IReadOnlyList<OciHook> Hooks { get; init; } = [];

    /// <summary>Groups of the container's process beside its own; 0 is none.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    public IntelRdt? IntelRdt { get; init; }

    public bool IsEmpty => Environment.Count + DeviceNodes.Count + Mounts.Count + Hooks.Count + Groups.Count == 0 && IntelRdt is null;

    /// <summary>All of them together, in their order; of the settings of Intel's RDT the last.</summary>
    public static ContainerEdits Of(IReadOnlyCollection<ContainerEdits> all) => new()
    {
        Environment = [.. all.SelectMany(one => one.Environment)],
        DeviceNodes = [.. all.SelectMany(one => one.DeviceNodes)],
        Mounts = [.. all.SelectMany(one => one.Mounts)],
        Hooks = [.. all.SelectMany(one => one.Hooks)],
        Groups = [.. all.SelectMany(one => one.Groups)],
        IntelRdt = all.LastOrDefault(one => one.IntelRdt is not null)?.IntelRdt,
    };
}

/// <summary>A device of the machine, as a container sees it.</summary>
/// <param name="Path">In the container.</param>
/// <param name="Type">b (block), c or u (character), p (FIFO).</param>
/// <param name="Access">Of r, w and m: to read, to write, to make; empty for none of them.</param>
/// <param name="FileMode">Null leaves it to the runtime.</param>
/// <param name="User">Null for the container's.</param>
/// <param name="Group">Null for the container's.</param>
public sealed record DeviceNode(string Path, string Type, uint Major, uint Minor, string Access, uint? FileMode = null, uint? User = null, uint? Group = null);

/// <param name="Type">Of the file system; null where the options say that it is a bind mount.</param>
public sealed record OciMount(string Source, string Destination, string? Type, IReadOnlyList<string> Options);

/// <summary>A program of the machine that the runtime runs at some point of a container's life.</summary>
/// <param name="Name">The point, in OCI's words: createRuntime, poststop and so on.</param>
/// <param name="Arguments">The program's own name among them.</param>
/// <param name="TimeoutSeconds">Null for as long as it takes.</param>
public sealed record OciHook(string Name, string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, int? TimeoutSeconds);

/// <summary>What of the processor's caches and of the way to memory a container gets, as Linux' resctrl takes it.</summary>
/// <param name="ClosId">The class of service; "/" for the root's.</param>
public sealed record IntelRdt(
    string ClosId, string L3CacheSchema, string MemBwSchema, IReadOnlyList<string> Schemata, bool EnableMonitoring, bool EnableCmt, bool EnableMbm);
