using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>The variables that tell a container of services: NAME_SERVICE_HOST and PORT, and the ones that docker's links had. Pure.</summary>
public static class ServiceVariables
{
    private const string ApiNamespace = "default";
    private const string ApiService = "kubernetes";

    /// <param name="enableLinks">False leaves the API server's service alone.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(string podNamespace, bool enableLinks, IReadOnlyList<Service> services)
    {
        var chosen = new SortedDictionary<string, Service>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            if (service.Spec.ClusterIP is null or "" or "None" || service.Metadata.Name is not { } name)
            {
                continue;
            }

            var isOwn = service.Metadata.Namespace == podNamespace;
            var isApi = service.Metadata.Namespace == ApiNamespace && name == ApiService;
            // A pod's own namespace may have a service named kubernetes; with links that one is meant.
            if (isOwn && enableLinks)
            {
                chosen[name] = service;
            }
            else if (isApi)
            {
                chosen.TryAdd(name, service);
            }
        }

        return [.. chosen.Values.SelectMany(One)];
    }

    private static IEnumerable<KeyValuePair<string, string>> One(Service service)
    {
        var prefix = Name(service.Metadata.Name!);
        var address = service.Spec.ClusterIP!;
        yield return new(prefix + "_SERVICE_HOST", address);
        var ports = service.Spec.Ports;
        if (ports.Count == 0)
        {
            yield break;
        }

        yield return new(prefix + "_SERVICE_PORT", Text(ports[0].Port));
        foreach (var port in ports)
        {
            if (port.Name is { Length: > 0 } name)
            {
                yield return new($"{prefix}_SERVICE_PORT_{Name(name)}", Text(port.Port));
            }
        }

        for (var i = 0; i < ports.Count; i++)
        {
            var port = ports[i];
            var protocol = port.Protocol is { Length: > 0 } given ? given : Protocol.TCP;
            var url = $"{protocol.ToLowerInvariant()}://{HostPort.Of(address, port.Port)}";
            if (i == 0)
            {
                yield return new(prefix + "_PORT", url);
            }

            var link = $"{prefix}_PORT_{Text(port.Port)}_{protocol.ToUpperInvariant()}";
            yield return new(link, url);
            yield return new(link + "_PROTO", protocol.ToLowerInvariant());
            yield return new(link + "_PORT", Text(port.Port));
            yield return new(link + "_ADDR", address);
        }
    }

    private static string Name(string name) => name.Replace('-', '_').ToUpperInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
