using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Objects.Authentication;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition.Joining;

/// <summary>
/// What a node that has joined is known by, on its disk with the keys, which only their owner can read: as client of the API under three
/// names, and as server of its own endpoint. The cluster renews them as long as the node is one of its own.
/// </summary>
internal sealed partial class NodeKeys
{
    // A clock may be set meanwhile.
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);
    private static readonly Backoff Retries = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));

    private readonly DataLayout _layout;
    private readonly string _node;
    private readonly TimeProvider _time;

    public NodeKeys(DataLayout layout, string node, TimeProvider time)
    {
        (_layout, _node, _time) = (layout, node, time);
        OwnFiles.MakePrivateDirectory(layout.Keys);
        OwnFiles.MakePrivateDirectory(layout.NodeKeys);
    }

    /// <summary>The cluster's authority, once it is known.</summary>
    public X509Certificate2? Authority
    {
        get => field ??= File.Exists(_layout.NodeAuthority) ? X509Certificate2.CreateFromPem(File.ReadAllText(_layout.NodeAuthority)) : null;
        private set;
    }

    /// <summary>The agent's, by which it gets all others: null before it has joined, and when it was away for too long.</summary>
    public RenewedCertificate? Agent
    {
        get => field ??= Read(nameof(Agent));
        private set;
    }

    /// <summary>As whom the agent is known; null before it has joined.</summary>
    public string? AgentUser => Agent is { } agent ? CertificateSubject.Read(agent.Current.SubjectName)?.CommonName : null;

    /// <summary>Until when the agent's is good; null before it has joined.</summary>
    public DateTimeOffset? AgentExpiry => File.Exists(PathOf(nameof(Agent))) ? OnDisk(nameof(Agent)).NotAfter.ToUniversalTime() : null;

    /// <summary>The machine becomes a node of an authority's cluster. What it was known by before counts no more.</summary>
    /// <param name="requests">As whoever may ask for a node.</param>
    public async Task ObtainAgentAsync(X509Certificate2 authority, CertificateRequests requests, CancellationToken stop)
    {
        var agent = await AskAgentAsync(requests, stop);
        foreach (var name in (string[])[nameof(NodeClients.Network), nameof(NodeClients.Volumes), nameof(NodeCertificates.Endpoint)])
        {
            File.Delete(PathOf(name));
        }

        OwnFiles.WritePrivate(_layout.NodeAuthority, authority.ExportCertificatePem());
        Write(nameof(Agent), agent);
        (Authority, Agent) = (authority, agent);
    }

    /// <summary>All that the node shows, of which the rest is asked for with the agent's. An endpoint's is for one address.</summary>
    public async Task<NodeCertificates> ObtainAllAsync(CertificateRequests requests, IPAddress address, CancellationToken stop)
    {
        var (network, volumes, endpoint) = (
            OfAsync(nameof(NodeClients.Network), () => AskAsync(requests, NodeIdentities.Proxy, stop)),
            OfAsync(nameof(NodeClients.Volumes), () => AskAsync(requests, NodeIdentities.VolumeMaker, stop)),
            OfAsync(nameof(NodeCertificates.Endpoint), () => AskEndpointAsync(requests, address, stop)));
        await Task.WhenAll(network, volumes, endpoint);
        var all = new NodeCertificates(new(Agent!, await network, await volumes), await endpoint);
        if (!all.Endpoint.Current.MatchesHostname(address.ToString()))
        {
            var anew = await AskEndpointAsync(requests, address, stop);
            Write(nameof(NodeCertificates.Endpoint), anew);
            all.Endpoint.Replace(anew);
        }

        return all;
    }

    /// <summary>Renews each when two thirds of its time are over, until stopped.</summary>
    public async Task RenewAsync(CertificateRequests requests, NodeCertificates all, IPAddress address, ILogger log, CancellationToken stop)
    {
        (string Name, RenewedCertificate Shown, Func<Task<X509Certificate2>> Ask)[] certificates =
        [
            (nameof(Agent), all.Clients.Agent, () => AskAgentAsync(requests, stop)),
            (nameof(NodeClients.Network), all.Clients.Network, () => AskAsync(requests, NodeIdentities.Proxy, stop)),
            (nameof(NodeClients.Volumes), all.Clients.Volumes, () => AskAsync(requests, NodeIdentities.VolumeMaker, stop)),
            (nameof(all.Endpoint), all.Endpoint, () => AskEndpointAsync(requests, address, stop)),
        ];
        try
        {
            for (var failures = 0; ;)
            {
                var due = certificates.Min(one => one.Shown.RenewAt) - _time.GetUtcNow();
                await Task.Delay(failures > 0 ? Retries.After(failures) : due < Retries.First ? Retries.First : due < LookEvery ? due : LookEvery, _time, stop);
                var failed = false;
                foreach (var (name, shown, ask) in certificates.Where(one => _time.GetUtcNow() >= one.Shown.RenewAt))
                {
                    failed |= !await TryRenewAsync(name, shown, ask, log);
                }

                failures = failed ? failures + 1 : 0;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Those that there are stay.
        }
    }

    private async Task<bool> TryRenewAsync(string name, RenewedCertificate shown, Func<Task<X509Certificate2>> ask, ILogger log)
    {
        try
        {
            var anew = await ask();
            Write(name, anew);
            shown.Replace(anew);
            return true;
        }
        catch (Exception e) when (e is JoinException or ApiException or HttpRequestException or IOException)
        {
            LogNotRenewed(log, name, shown.Current.NotAfter, e.Message);
            return false;
        }
    }

    private Task<X509Certificate2> AskAgentAsync(CertificateRequests requests, CancellationToken stop) =>
        requests.ForClientAsync(SignerName.KubeApiServerClientKubelet, NodeIdentities.AgentOf(_node), [Users.Nodes], stop);

    private static Task<X509Certificate2> AskAsync(CertificateRequests requests, UserInfo user, CancellationToken stop) =>
        requests.ForClientAsync(SignerName.KubeApiServerClient, user.Username!, NodeIdentities.GroupsOf(user), stop);

    private Task<X509Certificate2> AskEndpointAsync(CertificateRequests requests, IPAddress address, CancellationToken stop) =>
        requests.ForServerAsync(NodeIdentities.AgentOf(_node), [Users.Nodes], _node, address, stop);

    private async Task<RenewedCertificate> OfAsync(string name, Func<Task<X509Certificate2>> ask)
    {
        if (Read(name) is { } kept)
        {
            return kept;
        }

        var anew = await ask();
        Write(name, anew);
        return RenewedCertificate.Of(anew);
    }

    /// <returns>Null if there is none, or none that is good any more.</returns>
    private RenewedCertificate? Read(string name) =>
        File.Exists(PathOf(name)) && OnDisk(name) is var kept && kept.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime ? RenewedCertificate.Of(kept) : null;

    private X509Certificate2 OnDisk(string name)
    {
        var pem = File.ReadAllText(PathOf(name));
        return X509Certificate2.CreateFromPem(pem, pem);
    }

    /// <exception cref="IOException">The disk would not take it: what was there before stays, whole.</exception>
    private void Write(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        if (!SettingsFile.Replace(PathOf(name), $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"))
        {
            throw new IOException($"{PathOf(name)} could not be written");
        }
    }

    private string PathOf(string name) => Path.Combine(_layout.NodeKeys, $"{name.ToLowerInvariant()}.pem");

    [LoggerMessage(1202, LogLevel.Warning, "The certificate {Name} of this node, good until {End}, could not be renewed, which is tried again: {Why}")]
    private static partial void LogNotRenewed(ILogger log, string name, DateTime end, string why);
}

/// <summary>As whom the components of a node come to the API.</summary>
internal sealed record NodeClients(RenewedCertificate Agent, RenewedCertificate Network, RenewedCertificate Volumes);

/// <summary>All that a node shows: as client, and as server of its own endpoint.</summary>
internal sealed record NodeCertificates(NodeClients Clients, RenewedCertificate Endpoint);
