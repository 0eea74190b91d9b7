using System.Net;
using System.Text;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Composition.Joining;

/// <summary>
/// What machines that join read of a cluster: by which authority it is known (<c>kube-public/cluster-info</c>, as kubeadm has it, for
/// anybody), and what its nodes agree on (<c>kube-system/coppice-cluster</c>, for nodes and those that become some).
/// </summary>
internal static class PublishedCluster
{
    public static readonly ObjectKey Info = new("kube-public", "cluster-info");
    public static readonly ObjectKey Settings = new("kube-system", "coppice-cluster");

    private const string Kubeconfig = "kubeconfig";
    private const string Domain = "cluster-domain";
    private const string Services = "service-range";
    private const string Pods = "pod-range";
    private const string NodePorts = "node-port-range";

    /// <param name="authority">The cluster's, as PEM.</param>
    public static async Task WriteAsync(IApiClient api, IPEndPoint server, string authority, ClusterSettings settings, CancellationToken stop)
    {
        await WriteAsync(api, Info, ValueMap.Of((Kubeconfig, KubeconfigOf(server, authority))), stop);
        await WriteAsync(
            api,
            Settings,
            ValueMap.Of(
                (Domain, settings.ClusterDomain), (NodePorts, $"{settings.NodePorts}"), (Pods, settings.Ranges.PodsText), (Services, settings.Ranges.ServicesText)),
            stop);
    }

    /// <summary>A config map whose data is this and nothing else.</summary>
    public static async Task WriteAsync(IApiClient api, ObjectKey key, ValueMap<string> data, CancellationToken stop)
    {
        var wanted = new ConfigMap { Metadata = new() { Namespace = key.Namespace, Name = key.Name }, Data = data };
        if (!await api.CreateIfAbsentAsync(wanted, stop) && await api.FindAsync<ConfigMap>(key, stop) is { } found && found.Data != data)
        {
            await api.UpdateAsync(found with { Data = data }, stop);
        }
    }

    /// <exception cref="FormatException">Something is missing, or not as it should be.</exception>
    public static ClusterSettings ReadSettings(ConfigMap map)
    {
        var (services, pods) = (Of(Services), Of(Pods));
        if (ClusterRanges.ServicesError(services) is { } ofServices)
        {
            throw new FormatException($"{Services} {services} {ofServices}");
        }

        if (ClusterRanges.PodsError(pods) is { } ofPods)
        {
            throw new FormatException($"{Pods} {pods} {ofPods}");
        }

        return new(ClusterRanges.Parse(services, pods), PortRange.Parse(Of(NodePorts)), Of(Domain));

        string Of(string name) => map.Data.Find(name) is { Length: > 0 } value ? value : throw new FormatException($"it lacks {name}");
    }

    /// <summary>The authority's certificate, as PEM.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string ReadAuthority(ConfigMap map)
    {
        const string Key = "certificate-authority-data:";
        var line = (map.Data.Find(Kubeconfig) ?? "").Split('\n').Select(one => one.Trim()).FirstOrDefault(one => one.StartsWith(Key, StringComparison.Ordinal))
            ?? throw new FormatException("it names no authority");
        return Encoding.UTF8.GetString(Convert.FromBase64String(line[Key.Length..].Trim()));
    }

    private static string KubeconfigOf(IPEndPoint server, string authority) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: ""
          cluster:
            server: https://{server}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(authority))}
        contexts: []
        current-context: ""
        users: []

        """;
}
