using System.Globalization;

namespace Coppice.Node.Stats;

/// <summary>What went through one interface of a network.</summary>
public sealed record InterfaceCounters(string Name, long ReceivedBytes, long ReceiveErrors, long SentBytes, long SendErrors);

/// <summary>Reads <c>/proc/PID/net/dev</c>. Pure.</summary>
public static class NetworkCounters
{
    private const int FieldsOfReceiving = 8;

    /// <summary>All interfaces but the loopback and the node's ends of pods' links.</summary>
    public static IReadOnlyList<InterfaceCounters> Parse(string text)
    {
        var found = new List<InterfaceCounters>();
        foreach (var line in text.Split('\n'))
        {
            // "  eth0: bytes packets errs drop fifo frame compressed multicast bytes packets errs …"
            var colon = line.IndexOf(':');
            if (colon < 0 || line[..colon].Trim() is not { Length: > 0 } name || name == "lo" || name.StartsWith("veth", StringComparison.Ordinal))
            {
                continue;
            }

            var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > FieldsOfReceiving + 2)
            {
                found.Add(new InterfaceCounters(name, Number(0), Number(2), Number(FieldsOfReceiving), Number(FieldsOfReceiving + 2)));
            }

            long Number(int at) => long.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        return found;
    }
}
