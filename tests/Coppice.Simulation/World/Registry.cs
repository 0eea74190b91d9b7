using Coppice.Node.Runtime.Simulated;

namespace Coppice.Simulation.World;

/// <summary>The images of the simulated world.</summary>
internal static class Registry
{
    /// <summary>Starts, runs, and is ready after a while.</summary>
    public static readonly IReadOnlyList<string> Good = ["web:1", "web:2", "web:3"];

    /// <summary>One cannot start, one is nowhere to be had, one ends again and again, one is never ready.</summary>
    public static readonly IReadOnlyList<string> Bad = ["broken:1", "missing:1", "crashing:1", "deaf:1"];

    /// <summary>Does its work and ends well.</summary>
    public const string Init = "init:1";

    /// <summary>Runs beside another.</summary>
    public const string Sidecar = "proxy:1";

    /// <summary>End by themselves: soon, later, and badly.</summary>
    public static readonly IReadOnlyList<string> Tasks = ["task:1", "task:2", "failing:1"];

    public static readonly IReadOnlyList<SimulatedImage> Images =
    [
        new("web:1", new SimulatedProgram { ReadyAfter = TimeSpan.FromSeconds(1), TerminatesWithin = TimeSpan.FromSeconds(2) }),
        new("web:2", new SimulatedProgram { ReadyAfter = TimeSpan.FromSeconds(4), TerminatesWithin = TimeSpan.FromMilliseconds(100) }),
        new("web:3", new SimulatedProgram { ReadyAfter = TimeSpan.FromSeconds(2), TerminatesWithin = null }),
        new(Init, SimulatedProgram.Exits(0, TimeSpan.FromMilliseconds(700))),
        new(Sidecar, new SimulatedProgram { ReadyAfter = TimeSpan.FromMilliseconds(500), TerminatesWithin = TimeSpan.FromSeconds(1) }),
        new("task:1", SimulatedProgram.Exits(0, TimeSpan.FromSeconds(2))),
        new("task:2", SimulatedProgram.Exits(0, TimeSpan.FromSeconds(40)) with { TerminatesWithin = TimeSpan.FromSeconds(1) }),
        new("failing:1", SimulatedProgram.Exits(1, TimeSpan.FromSeconds(4))),
        new("broken:1", new SimulatedProgram { StartError = "exec: \"/nothing\": stat /nothing: no such file or directory" }),
        new("crashing:1", SimulatedProgram.Exits(1, TimeSpan.FromSeconds(3))),
        new("deaf:1", new SimulatedProgram { ReadyAfter = TimeSpan.FromDays(1) }),
    ];
}
