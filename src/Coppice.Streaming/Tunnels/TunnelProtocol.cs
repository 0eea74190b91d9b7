using System.Globalization;

namespace Coppice.Streaming.Tunnels;

/// <summary>
/// How an agent that nobody can dial is reached: it dials. Both requests below are upgraded, so that what follows are bytes both ways.
/// <code>
/// agent                                        server
///   GET /coppice/tunnel         ───────────►      the tunnel is offered, and stays open
///                               ◄───────────      an empty line now and then; each line is answered by an empty one
///                               ◄───────────      "7": somebody wants a connection
///   GET /coppice/tunnel/7       ───────────►      here it is: bytes to and from the agent's endpoint
/// </code>
/// A connection each, and not many streams in one: none waits for a slow one before it, and TCP does what it is good at.
/// </summary>
public static class TunnelProtocol
{
    public const string Path = "/coppice/tunnel";

    /// <summary>What the requests are upgraded to.</summary>
    internal const string Name = "coppice-tunnel";

    internal static readonly byte[] Beat = "\n"u8.ToArray();

    /// <summary>Whether a path is one of the two.</summary>
    public static bool Serves(string path) => path == Path || path.StartsWith($"{Path}/", StringComparison.Ordinal);

    /// <summary>The number at a path's end; null for none.</summary>
    internal static long? NumberOf(string path) =>
        path.Length > Path.Length && long.TryParse(path.AsSpan(Path.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
