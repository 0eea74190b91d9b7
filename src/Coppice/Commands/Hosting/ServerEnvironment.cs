namespace Coppice.Commands.Hosting;

/// <summary>What the runtime and the C library are told in the environment of a server: both have begun before anything of this program runs.</summary>
internal static class ServerEnvironment
{
    /// <summary>How many arenas malloc makes: as many as <see cref="Composition.NativeHeap"/> says later, when the runtime's own threads have one each.</summary>
    private static readonly KeyValuePair<string, string> Arenas = new("MALLOC_ARENA_MAX", "2");

    /// <summary>
    /// How often a method is called until it is compiled once more, hexadecimal; the most that there is. An agent is at work for moments,
    /// and with the program's 10 000 it compiles for hours what its heartbeats and audits call.
    /// </summary>
    private static readonly KeyValuePair<string, string> CallsOfAgent = new("DOTNET_TC_CallCountThreshold", "FFFF");

    /// <param name="joins">It is the agent of a cluster whose control plane is on another machine.</param>
    public static IReadOnlyDictionary<string, string> Of(bool joins) =>
        new Dictionary<string, string>(joins ? [Arenas, CallsOfAgent] : [Arenas], StringComparer.Ordinal);
}
