using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands;
using Coppice.Composition;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Coppice.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition.Joining;

/// <summary>A control plane over HTTPS on loopback, with the store in memory: what a machine that joins speaks with.</summary>
internal sealed class JoinableCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly InMemoryRevisionStore _store = new();
    private readonly ClusterKeys _keys;
    private IReadOnlyList<Task> _loops = [];
    private WebServer? _host;

    private JoinableCluster() => _keys = new ClusterKeys(new DataLayout(_folder.Path), TimeProvider.System);

    public Uri Address { get; private set; } = new("https://127.0.0.1:1");

    /// <summary>As its administrator.</summary>
    public IApiClient Api { get; private set; } = null!;

    /// <summary>The minor version that it says it is of; null for its own.</summary>
    public string? Minor { get; set; }

    /// <param name="signing">How long the certificates of its nodes are good; null for as usual.</param>
    public static async Task<JoinableCluster> StartAsync(TimeSpan? signing = null)
    {
        var cluster = new JoinableCluster();
        await cluster.ServeAsync(signing);
        return cluster;
    }

    /// <summary>A token that machines join with.</summary>
    /// <param name="lifetime">Negative for one that has expired.</param>
    public async Task<JoinToken> NewTokenAsync(TimeSpan lifetime)
    {
        var token = JoinToken.Make(_keys.Authority.Certificate);
        await Api.CreateAsync(TokenCommand.SecretOf(token, lifetime.Duration(), null, TimeProvider.System.GetUtcNow() + (lifetime < TimeSpan.Zero ? 2 * lifetime : default)), default);
        return token;
    }

    public async Task AddNodeAsync(string name, string address)
    {
        var made = await Api.CreateAsync(new Objects.Core.Node { Metadata = new() { Name = name } }, default);

        // Of whatever version: the cluster's controllers have written of it meanwhile.
        var any = made with { Metadata = made.Metadata with { ResourceVersion = null } };
        await Api.UpdateStatusAsync(any with { Status = new() { Addresses = [new NodeAddress { Type = NodeAddressType.InternalIP, Address = address }] } }, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var loop in _loops)
        {
            await loop.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _store.DisposeAsync();
        _stopping.Dispose();
        _folder.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task ServeAsync(TimeSpan? signing)
    {
        var (time, settings) = (TimeProvider.System, new ClusterSettings(ClusterRanges.Default, PortRange.NodePorts, "cluster.local"));
        var options = new ControlPlaneOptions(new([.. settings.Ranges.AllServices], settings.NodePorts), _keys.Authority.CertificatePem)
        {
            Ranges = settings.Ranges,
            Tokens = _keys.Tokens,
            Authority = _keys.Authority,
            SigningDuration = signing,
        };
        var plane = new ControlPlane(_store, options, InProcessClient.Open, time, new Random(1), NullLoggerFactory.Instance);
        await plane.Api.Definitions.FollowAsync(default);
        var pipeline = new RequestPipeline(
            plane.Api, new PipelineParts(_keys.Authority, _keys.Tokens, _ => null, [], "127.0.0.1:6443"), time, new Random(2), NullLogger.Instance);
        var port = FreePort();
        _host = await WebServer.StartAsync(
            [new HttpsService(new HttpsPort(port, _keys.Server([System.Net.IPAddress.Loopback], settings.Ranges.ApiAddress, settings.ClusterDomain)), (http, stop) => AnswerAsync(pipeline, http, stop))],
            time,
            NullLoggerFactory.Instance,
            default);
        Address = new Uri($"https://127.0.0.1:{port}");
        Api = InProcessClient.Open(plane.Api, Users.Component(InProcessClient.ApiServer));
        var events = new EventRecorder(Api, "coppice", "", time, new Random(3), NullLogger.Instance);
        await ClusterBootstrap.EnsureAsync(Api, events, _keys, settings.Ranges.AllServices, new(), time, default);
        await PublishedCluster.WriteAsync(Api, new(System.Net.IPAddress.Loopback, port), _keys.Authority.CertificatePem, settings, default);
        _loops = [.. plane.Loops.Select(loop => loop(_stopping.Token))];
    }

    private Task AnswerAsync(RequestPipeline pipeline, HttpContext http, CancellationToken stop) => Minor is { } minor && http.Request.Path == "/version"
        ? http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"major":"1","minor":"{{minor}}"}"""))
        : pipeline.HandleAsync(http, stop);
}

/// <summary>A machine that is to join, with a data directory of its own.</summary>
internal sealed class Machine : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public Machine() => Layout = new DataLayout(_folder.Path);

    public DataLayout Layout { get; }

    /// <summary>Its clock; what it waits by goes as it does.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Name { get; init; } = "node-2";

    /// <summary>Whether it has become anybody's node.</summary>
    public bool IsKnown => File.Exists(Layout.NodeAuthority) || File.Exists(Path.Combine(Layout.NodeKeys, "agent.pem"));

    public Task<ClusterMembership> JoinAsync(Uri server, JoinToken? token) =>
        new ClusterJoin(new JoinOptions(server, token?.ToString()), Name, Layout, Time, NullLogger.Instance).RunAsync(_ => System.Net.IPAddress.Parse("192.0.2.12"), _ => Task.CompletedTask, default);

    /// <summary>Why it cannot.</summary>
    public async Task<string> RefusedAsync(Uri server, JoinToken? token) =>
        (await Assert.ThrowsAsync<JoinException>(() => JoinAsync(server, token))).Message;

    public HttpApiClient ClientOf(ClusterMembership cluster) =>
        new(new HttpApiOptions(cluster.Server, [cluster.Authority]) { ClientCertificate = cluster.Certificates.Clients.Agent }, Time);

    public void Dispose() => _folder.Dispose();
}
