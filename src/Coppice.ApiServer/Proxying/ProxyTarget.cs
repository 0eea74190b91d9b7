using System.Globalization;
using System.Net;
using System.Numerics;

namespace Coppice.ApiServer.Proxying;

/// <summary>What stands between the resource and "/proxy" in a path: <c>[SCHEME:]NAME[:PORT]</c>.</summary>
/// <param name="Scheme">"http" or "https"; null if none is said.</param>
/// <param name="Port">A number or a name; empty if none is said.</param>
internal sealed record ProxyTarget(string? Scheme, string Name, string Port)
{
    /// <summary>Null where the text is none.</summary>
    public static ProxyTarget? Parse(string text)
    {
        var (scheme, name, port) = text.Split(':') switch
        {
            [var n] => ("", n, ""),
            [var n, var p] => ("", n, p),
            [var s, var n, var p] => (s, n, p),
            _ => ("", "", ""),
        };
        return name.Length > 0 && scheme is "" or "http" or "https" ? new(scheme.Length == 0 ? null : scheme, name, port) : null;
    }
}

/// <summary>Where a proxied request goes.</summary>
/// <param name="Port">Empty for the scheme's own.</param>
internal sealed record ProxyLocation(string Scheme, string Host, string Port)
{
    /// <summary>The node whose agent it is, which knows the server by its certificate, and is known by its own; null for no agent.</summary>
    public string? Agent { get; init; }

    /// <summary>As in a URL, with an IPv6 address in brackets.</summary>
    public string Authority => (IPAddress.TryParse(Host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Host}]" : Host)
        + (Port.Length == 0 ? "" : $":{Port}");

    // The names that are ports to Go on every machine, as far as one may browse there.
    private static readonly Dictionary<string, string> KnownPorts = new() { ["http"] = "80", ["https"] = "443" };

    /// <summary>Why the port is none, in the words of Go's network package; null if it is one.</summary>
    public string? PortProblem => Port.Length == 0 || ushort.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        ? null
        : BigInteger.TryParse(Port, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? $"dial tcp: address {Port}: invalid port"
            : $"dial tcp: lookup tcp/{Port}: unknown port";

    public static ProxyLocation Of(string scheme, string host, string port) => new(scheme, host, KnownPorts.GetValueOrDefault(port, port));

    /// <summary>Host and port as Go prints what it connects to.</summary>
    public string Dialled => Port.Length > 0 ? Authority : $"{Authority}:{(Scheme == "https" ? 443 : 80)}";
}
