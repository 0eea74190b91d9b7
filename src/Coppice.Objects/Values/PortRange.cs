using System.Globalization;

namespace Coppice.Objects;

/// <summary>Ports from one to another, both included.</summary>
public sealed record PortRange(int First, int Last)
{
    /// <summary>Kubernetes' own for node ports.</summary>
    public static readonly PortRange NodePorts = new(30000, 32767);

    public int Count => Last - First + 1;

    /// <summary>What is wrong with a text as a range, in words that follow it; null for a good one.</summary>
    public static string? Error(string text) => TryParse(text) is null ? "is no range of ports, such as 30000-32767" : null;

    public static PortRange Parse(string text) => TryParse(text) ?? throw new FormatException($"\"{text}\" {Error(text)}");

    public bool Contains(int port) => port >= First && port <= Last;

    public bool Overlaps(PortRange other) => Contains(other.First) || other.Contains(First);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static PortRange? TryParse(string text) =>
        text.Split('-') is [var first, var last]
        && ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
        && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
        && from > 0 && from <= to
            ? new PortRange(from, to)
            : null;
}
