using System.Globalization;

namespace Coppice.Objects;

/// <summary>A host and a port as one text, in which an address of IPv6 has brackets, so that its colons end before the port's.</summary>
public static class HostPort
{
    public static string Of(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}");
}
