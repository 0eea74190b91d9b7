namespace Coppice.Node.Runtime.Simulated;

/// <summary>How a container of an image behaves, without any process.</summary>
public sealed record SimulatedProgram
{
    /// <summary>Runs until it is stopped, answers at once.</summary>
    public static readonly SimulatedProgram Server = new();

    /// <summary>From its start until probes are answered.</summary>
    public TimeSpan ReadyAfter { get; init; }

    /// <summary>From its start until it ends by itself; null for never.</summary>
    public TimeSpan? EndsAfter { get; init; }

    /// <summary>Its exit code when it ends by itself.</summary>
    public int ExitCode { get; init; }

    /// <summary>The memory that it takes at once; over its limit it is OOMKilled.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>From SIGTERM until it ends with 0; null when it ignores the signal.</summary>
    public TimeSpan? TerminatesWithin { get; init; } = TimeSpan.Zero;

    /// <summary>The error with which its start fails (a missing executable), or null.</summary>
    public string? StartError { get; init; }

    /// <summary>What a command run in it does; null for success without output.</summary>
    public Func<IReadOnlyList<string>, SimulatedCommand>? Commands { get; init; }

    public static SimulatedProgram Exits(int code, TimeSpan after) => new() { ExitCode = code, EndsAfter = after };
}

/// <param name="Duration">How long it runs.</param>
public sealed record SimulatedCommand(TimeSpan Duration, CommandResult Result);

/// <summary>An image that the simulated registry serves.</summary>
/// <param name="Name">As in a pod's spec; short names are completed as usual.</param>
/// <param name="User">The user it wants to run as, or null.</param>
public sealed record SimulatedImage(string Name, SimulatedProgram Program, long SizeBytes = 10_000_000, string? User = null)
{
    /// <summary>Whoever has it may pull the image; null for anybody.</summary>
    public string? Password { get; init; }
}
