using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition.Joining;

/// <summary>A cluster on another machine that this one is a node of.</summary>
internal sealed record ClusterMembership(Uri Server, X509Certificate2 Authority, NodeKeys Keys, NodeCertificates Certificates, ClusterSettings Settings);

/// <summary>How a machine becomes a node: it learns whom to believe, shows its token, and gets certificates of its own.</summary>
internal sealed partial class ClusterJoin(JoinOptions options, string node, IPAddress address, DataLayout layout, TimeProvider time, ILogger log)
{
    // Clocks that differ by more make certificates and leases worthless in ways that nobody understands.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    // Who waits before the screen learns that it does not work; a machine that starts again waits for the server.
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly NodeKeys _keys = new(layout, node, time);

    /// <summary>1. The cluster's authority, by the token. 2. The agent's certificate, by the token. 3. Everything else, as the node.</summary>
    /// <exception cref="JoinException">It cannot become one, and why.</exception>
    public async Task<ClusterMembership> RunAsync(CancellationToken stop)
    {
        if (_keys.Agent is null || _keys.Authority is null)
        {
            await TryAsync(FirstPatience, BecomeKnownAsync, stop);
        }

        return await TryAsync(Timeout.InfiniteTimeSpan, ConfirmAsync, stop);
    }

    private async Task<bool> BecomeKnownAsync(CancellationToken stop)
    {
        var token = TokenOf();
        _keys.Trust(await DiscoverAsync(token, stop));
        using var api = new HttpApiClient(Access() with { Token = () => token.Bearer }, time);
        await RequireOlderAgentAsync(api, stop);
        await RequireFreeAsync(api, stop);
        await _keys.ObtainAgentAsync(new CertificateRequests(api, time), stop);
        File.Delete(layout.JoinToken);
        LogJoined(log, node, options.Server);
        return true;
    }

    private async Task<ClusterMembership> ConfirmAsync(CancellationToken stop)
    {
        using var api = new HttpApiClient(Access() with { Program = "kubelet", ClientCertificate = _keys.Agent }, time);
        var settings = await SettingsAsync(api, stop);
        return new(options.Server, _keys.Authority!, _keys, await _keys.ObtainAllAsync(new CertificateRequests(api, time), address, stop), settings);
    }

    private HttpApiOptions Access() => new(options.Server, [_keys.Authority!]);

    private JoinToken TokenOf()
    {
        var text = options.Token ?? (File.Exists(layout.JoinToken) ? File.ReadAllText(layout.JoinToken).Trim() : null)
            ?? throw new JoinException("this machine is no node of a cluster yet, or was away until its certificate had expired: give it a token with --token, which \"coppice token create\" prints on the server");
        return JoinToken.TryParse(text) ?? throw new JoinException("the token is none that \"coppice token create\" prints, as abcdef.0123456789abcdef.HASH");
    }

    /// <summary>The authority that the server names, if it is the one that the token was made by. Before that, nobody is believed.</summary>
    private async Task<X509Certificate2> DiscoverAsync(JoinToken token, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true, CertificateChainPolicy = OfflineChain.PolicyOf() },
        });
        var path = $"api/v1/namespaces/{PublishedCluster.Info.Namespace}/configmaps/{PublishedCluster.Info.Name}";
        using var answer = await http.GetAsync(new Uri(options.Server, path), stop);
        var now = time.GetUtcNow();
        if (answer.Headers.Date is { } theirs && (theirs - now).Duration() > ClockTolerance)
        {
            throw new JoinException(string.Create(CultureInfo.InvariantCulture,
                $"the clocks of this machine ({now:u}) and of the server ({theirs:u}) are {(theirs - now).Duration().TotalMinutes:0} minutes apart: set them right, best by NTP"));
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new JoinException($"{options.Server} does not tell what cluster it is of (it answers {(int)answer.StatusCode}): is it the API server of a coppice, of this version or newer?");
        }

        try
        {
            var map = ApiJson.Read<ConfigMap>(await answer.Content.ReadAsByteArrayAsync(stop));
            var authority = X509Certificate2.CreateFromPem(PublishedCluster.ReadAuthority(map));
            return JoinToken.HashOf(authority) == token.AuthorityHash
                ? authority
                : throw new JoinException($"the token is of another cluster than {options.Server}, or somebody is in between: make another on that server with \"coppice token create\"");
        }
        catch (Exception e) when (e is FormatException or JsonException or System.Security.Cryptography.CryptographicException)
        {
            throw new JoinException($"what {options.Server} tells of its cluster cannot be read: {e.Message}", e);
        }
    }

    /// <summary>An older agent works with a newer server, but not the other way round.</summary>
    private async Task RequireOlderAgentAsync(HttpApiClient api, CancellationToken stop)
    {
        using var version = JsonDocument.Parse(await api.GetTextAsync("/version", stop));
        var theirs = int.Parse(version.RootElement.GetProperty("minor").GetString()!.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture);
        if (theirs < int.Parse(ServerVersion.Minor, NumberStyles.None, CultureInfo.InvariantCulture))
        {
            throw new JoinException($"the server speaks Kubernetes 1.{theirs} and this agent 1.{ServerVersion.Minor}: an agent must not be newer than its server, so update the server first");
        }
    }

    private async Task RequireFreeAsync(HttpApiClient api, CancellationToken stop)
    {
        foreach (var other in (await api.ListAsync<Objects.Core.Node>(ListQuery.All, stop)).Items)
        {
            var at = other.Status.Addresses.FirstOrDefault(one => one.Type == NodeAddressType.InternalIP)?.Address;
            if (other.Metadata.Name == node && at is not null && at != address.ToString())
            {
                throw new JoinException($"the name {node} is taken by the node at {at}: choose another with --node-name, or, if that machine is gone, \"kubectl delete node {node}\"");
            }

            if (other.Metadata.Name != node && at == address.ToString())
            {
                throw new JoinException($"the address {at} is that of the node {other.Metadata.Name}: choose another with --node-address, or, if this machine was that node, \"kubectl delete node {other.Metadata.Name}\"");
            }
        }
    }

    private static async Task<ClusterSettings> SettingsAsync(HttpApiClient api, CancellationToken stop)
    {
        try
        {
            return await api.FindAsync<ConfigMap>(PublishedCluster.Settings, stop) is { } map
                ? PublishedCluster.ReadSettings(map)
                : throw new JoinException($"the cluster has no ConfigMap {PublishedCluster.Settings}: its server writes it at its start");
        }
        catch (FormatException e)
        {
            throw new JoinException($"the ConfigMap {PublishedCluster.Settings} of the cluster cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Until it is done, or has no sense, or the server was not reached for too long.</summary>
    private async Task<T> TryAsync<T>(TimeSpan patience, Func<CancellationToken, Task<T>> act, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        string? said = null;
        while (true)
        {
            try
            {
                return await act(stop);
            }
            catch (ApiException e) when (e.Status.Code == (int)HttpStatusCode.Unauthorized)
            {
                throw new JoinException("the token has expired or was deleted: make another on the server with \"coppice token create\"", e);
            }
            catch (HttpRequestException e) when (e.InnerException is AuthenticationException && patience != Timeout.InfiniteTimeSpan)
            {
                throw new JoinException($"the certificate of {options.Server} is not for that name, or not of the cluster: use an address that the server is known by ({e.InnerException.Message})", e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ApiException { Status.Code: >= 500 or 429 or 403 })
            {
                if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(since) > patience)
                {
                    throw new JoinException($"{options.Server} cannot be reached, or does not answer: {e.Message}", e);
                }

                if (said != e.Message)
                {
                    LogAway(log, options.Server, e.Message);
                    said = e.Message;
                }
            }

            await Task.Delay(RetryEvery, time, stop);
        }
    }

    [LoggerMessage(1203, LogLevel.Information, "This machine is the node {Node} of the cluster at {Server}")]
    private static partial void LogJoined(ILogger log, string node, Uri server);

    [LoggerMessage(1204, LogLevel.Warning, "The API server at {Server} does not answer, which is tried again: {Why}")]
    private static partial void LogAway(ILogger log, Uri server, string why);
}
