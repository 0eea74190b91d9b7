namespace Coppice.Node.Runtime.Simulated;

/// <summary>How long the simulated runtime takes. Each time is drawn anew between half and one and a half of what stands here.</summary>
public sealed record SimulatedOptions
{
    /// <summary>A runtime that answers at once, for tests that are not about time.</summary>
    public static readonly SimulatedOptions Instant = new() { Sandbox = default, Create = default, Start = default, Stop = default, Pull = default };

    public TimeSpan Sandbox { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan Create { get; init; } = TimeSpan.FromMilliseconds(15);

    public TimeSpan Start { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Of a sandbox; a container's stop takes what its program takes.</summary>
    public TimeSpan Stop { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>From a container's end until all that it printed is in its log; not drawn.</summary>
    public TimeSpan LogClosing { get; init; }

    public TimeSpan Pull { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The first three numbers of the pods' addresses; the fourth goes from 2 to 254 and around again.</summary>
    public string AddressPrefix { get; init; } = "10.244.0.";
}

/// <summary>The runtime's verbs, for the injection of faults.</summary>
public enum RuntimeVerb
{
    List,
    RunSandbox,
    StopSandbox,
    RemoveSandbox,
    CreateContainer,
    StartContainer,
    UpdateContainer,
    StopContainer,
    RemoveContainer,
    FindContainer,
    RunCommand,
    ReopenLog,
    PullImage,
}

/// <summary>Says whether a verb fails, and how. The subject is the pod's name, the container's or sandbox's id, or the image.</summary>
public delegate RuntimeException? RuntimeFault(RuntimeVerb verb, string subject);
