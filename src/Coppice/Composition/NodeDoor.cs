using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Client.Http;
using Coppice.Composition.Joining;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Node.LocalVolumes;
using Coppice.Objects.Authentication;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>A component of a node at the API.</summary>
/// <param name="Api">Under the component's own name.</param>
/// <param name="Caches">What it watches.</param>
internal sealed record NodeComponent(IApiClient Api, CacheSet Caches);

/// <summary>How a node says that it lives.</summary>
/// <param name="IsGuarded">What must not run twice is ended here when nobody hears it.</param>
internal sealed record NodeLife(IHeartbeatLine Line, bool IsGuarded);

/// <summary>
/// How a node reaches the API: beside the control plane in its process, whose watched copies it shares; or over HTTPS with certificates
/// and watches of its own, as on another machine.
/// </summary>
/// <param name="Agent">The node's agent, which Kubernetes calls the kubelet.</param>
/// <param name="Network">Its service network, which Kubernetes calls the kube-proxy.</param>
/// <param name="Volumes">Who makes volumes on its disk.</param>
/// <param name="Access">Who is let in at the node's own endpoint.</param>
/// <param name="Life">How the agent says that it lives.</param>
internal sealed record NodeDoor(NodeComponent Agent, NodeComponent Network, NodeComponent Volumes, IAccessControl Access, NodeLife Life) : IAsyncDisposable
{
    private readonly List<IDisposable> _clients = [];

    /// <summary>What works until it is stopped.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops { get; private init; } = [];

    /// <param name="measured">Counts what a client asks.</param>
    public static NodeDoor InProcess(string node, ControlPlane plane, IAccessControl access, Func<IApiClient, IApiClient> measured)
    {
        var agent = Users.Of(NodeIdentities.AgentOf(node), Users.Nodes, Users.Authenticated);
        return new(Component(agent), Component(NodeIdentities.Proxy), Component(NodeIdentities.VolumeMaker), access, Beside(node, plane.Heartbeats));

        NodeComponent Component(UserInfo user) => new(measured(InProcessClient.Open(plane.Api, user)), plane.Caches);
    }

    /// <param name="server">As in https://10.0.0.1:6443.</param>
    /// <param name="shown">As whom the components come.</param>
    /// <param name="life">How the agent says that it lives; null for over HTTPS, too.</param>
    public static NodeDoor OverHttps(Uri server, X509Certificate2 authority, NodeClients shown, NodeLife? life, TimeProvider time, ILoggerFactory logs)
    {
        var (agent, network, volumes) = (Open("kubelet", shown.Agent), Open("kube-proxy", shown.Network), Open("coppice", shown.Volumes));
        var (ofAgent, ofNetwork, ofVolumes) = (new CacheSet(agent, time, logs), new CacheSet(network, time, logs), new CacheSet(volumes, time, logs));
        var line = new HttpHeartbeatLine(Options("kubelet", shown.Agent), time);
        var door = new NodeDoor(
            new(agent, ofAgent), new(network, ofNetwork), new(volumes, ofVolumes), new ApiAccessControl(agent, authority, time), life ?? new(line, IsGuarded: true))
        {
            Loops = [ofAgent.RunAsync, ofNetwork.RunAsync, ofVolumes.RunAsync],
        };
        door._clients.AddRange([agent, network, volumes, line]);
        return door;

        HttpApiClient Open(string program, RenewedCertificate certificate) => new(Options(program, certificate), time);

        HttpApiOptions Options(string program, RenewedCertificate certificate) => new(server, [authority]) { Program = program, ClientCertificate = certificate };
    }

    /// <summary>The same on the machine of the control plane, whose keys are at hand.</summary>
    /// <param name="port">Where the API listens on this machine.</param>
    /// <param name="heartbeats">Of its process, with which it ends.</param>
    public static NodeDoor OverHttps(string node, ClusterKeys keys, int port, NodeHeartbeats heartbeats, TimeProvider time, ILoggerFactory logs)
    {
        var shown = new NodeClients(keys.Client(NodeIdentities.AgentOf(node), Users.Nodes), Of(NodeIdentities.Proxy), Of(NodeIdentities.VolumeMaker));
        return OverHttps(new Uri($"https://127.0.0.1:{port}"), keys.Authority.Certificate, shown, Beside(node, heartbeats), time, logs);

        RenewedCertificate Of(UserInfo user) => keys.Client(user.Username!, NodeIdentities.GroupsOf(user));
    }

    // Nobody could replace its pods while the server is away, as it is away with it: nothing of it need be guarded.
    private static NodeLife Beside(string node, NodeHeartbeats heartbeats) => new(heartbeats.Beside(node), IsGuarded: false);

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return ValueTask.CompletedTask;
    }
}
