using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition.Joining;

/// <summary>How a machine becomes a node: it learns whom to believe, shows its token, and gets certificates of its own.</summary>
internal sealed partial class ClusterJoin(JoinOptions options, string node, DataLayout layout, TimeProvider time, ILogger log)
{
    // Who waits before the screen learns that it does not work; a machine that starts again waits for the server.
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly NodeKeys _keys = new(layout, node, time);

    /// <summary>1. The cluster's authority, by the token. 2. The agent's certificate, by the token. 3. Everything else, as the node.</summary>
    /// <param name="addressIn">The machine's address in a cluster of such settings.</param>
    /// <param name="accept">Throws where the machine cannot have what the cluster's nodes agree on; before that, nothing is kept of it.</param>
    /// <exception cref="JoinException">It cannot become one, and why.</exception>
    public async Task<ClusterMembership> RunAsync(Func<ClusterSettings, IPAddress> addressIn, Func<ClusterSettings, Task> accept, CancellationToken stop)
    {
        var token = Given();
        if (_keys.AgentUser != NodeIdentities.AgentOf(node) || _keys.Authority is not { } authority || (token is not null && token.AuthorityHash != JoinToken.HashOf(authority)))
        {
            await TryAsync(FirstPatience, stop => BecomeKnownAsync(token ?? throw WithoutToken(), addressIn, accept, stop), "the token has expired or was deleted: make another on the server with \"coppice token create\"", stop);
        }

        // Somebody who has just given a token waits before a screen.
        var membership = await TryAsync(
            token is null ? Timeout.InfiniteTimeSpan : FirstPatience, stop => ConfirmAsync(addressIn, accept, stop), $"{options.Server} does not know this node's certificate: join it again, {HowToJoin}", stop);
        File.Delete(layout.JoinToken);
        return membership;
    }

    private string HowToJoin => $"with a token that \"coppice token create\" prints on the server: coppice up --join {options.Server} --token TOKEN";

    private async Task<bool> BecomeKnownAsync(JoinToken token, Func<ClusterSettings, IPAddress> addressIn, Func<ClusterSettings, Task> accept, CancellationToken stop)
    {
        var authority = await new ClusterDiscovery(options.Server, time, RequestTimeout).FindAsync(token, stop);
        using var api = new HttpApiClient(new HttpApiOptions(options.Server, [authority]) { Token = () => token.Bearer, RequestTimeout = RequestTimeout }, time);
        await RequireOlderAgentAsync(api, stop);
        var settings = await SettingsAsync(api, stop);
        await RequireFreeAsync(api, addressIn(settings), stop);
        await accept(settings);
        await _keys.ObtainAgentAsync(authority, new CertificateRequests(api, time), stop);
        LogJoined(log, node, options.Server);
        return true;
    }

    private async Task<ClusterMembership> ConfirmAsync(Func<ClusterSettings, IPAddress> addressIn, Func<ClusterSettings, Task> accept, CancellationToken stop)
    {
        using var api = new HttpApiClient(
            new HttpApiOptions(options.Server, [_keys.Authority!]) { Program = "kubelet", ClientCertificate = _keys.Agent, RequestTimeout = RequestTimeout }, time);
        await RequireOlderAgentAsync(api, stop);
        var settings = await SettingsAsync(api, stop);
        await accept(settings);
        return new(options.Server, _keys.Authority!, _keys, await _keys.ObtainAllAsync(new CertificateRequests(api, time), addressIn(settings), stop), settings);
    }

    private JoinToken? Given() =>
        (options.Token ?? (File.Exists(layout.JoinToken) ? File.ReadAllText(layout.JoinToken).Trim() : null)) is not { } text ? null
        : JoinToken.TryParse(text) ?? throw new JoinException("the token is none that \"coppice token create\" prints, as abcdef.0123456789abcdef.HASH");

    private JoinException WithoutToken() => new(_keys.AgentUser is { } other
        ? $"this machine is known to the cluster as {other}, and is to be the node {node} now: name it as before with --node-name, or join it anew, {HowToJoin}"
        : _keys.AgentExpiry is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"the certificate of this node was good until {end:u}, and nobody was here to renew it: join again, {HowToJoin}")
        : $"this machine is no node of the cluster at {options.Server} yet: join it {HowToJoin}");

    /// <summary>An older agent works with a newer server, but not the other way round.</summary>
    private static async Task RequireOlderAgentAsync(HttpApiClient api, CancellationToken stop)
    {
        using var version = JsonDocument.Parse(await api.GetTextAsync("/version", stop));
        var theirs = version.RootElement.GetProperty("minor").GetString()!.TrimEnd('+');
        if (!int.TryParse(theirs, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) || minor < int.Parse(ServerVersion.Minor, NumberStyles.None, CultureInfo.InvariantCulture))
        {
            throw new JoinException($"the server speaks Kubernetes 1.{theirs} and this agent 1.{ServerVersion.Minor}: an agent must not be newer than its server, so update the server first");
        }
    }

    private async Task RequireFreeAsync(HttpApiClient api, IPAddress address, CancellationToken stop)
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
    /// <param name="patience">With a server that is away; one that is somebody else's is not waited for any longer than at first.</param>
    /// <param name="unknown">What is wrong, and what to do, where the server does not know who asks.</param>
    private async Task<T> TryAsync<T>(TimeSpan patience, Func<CancellationToken, Task<T>> act, string unknown, CancellationToken stop)
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
                throw new JoinException(unknown, e);
            }
            catch (HttpRequestException e) when (e.InnerException is AuthenticationException && time.GetElapsedTime(since) > (patience == Timeout.InfiniteTimeSpan ? FirstPatience : TimeSpan.Zero))
            {
                throw new JoinException(
                    $"the certificate of {options.Server} is not for that name, or not of the cluster that this machine knows ({e.InnerException.Message}). Use an address that the server is known by; if the cluster was made anew, join it {HowToJoin}", e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ApiException { Status.Code: >= 500 or 429 or 403 })
            {
                if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(since) > patience)
                {
                    throw new JoinException($"{options.Server} cannot be reached, or does not answer: {e.Message}. Is it the address of the first machine, with the port of its API, and is the way there open?", e);
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
