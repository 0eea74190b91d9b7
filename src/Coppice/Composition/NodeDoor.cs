using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Client.Http;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>A component of a node at the API.</summary>
/// <param name="Api">Under the component's own name.</param>
/// <param name="Caches">What it watches.</param>
internal sealed record NodeComponent(IApiClient Api, CacheSet Caches);

/// <summary>
/// How a node reaches the API: beside the control plane in its process, whose watched copies it shares; or over HTTPS with certificates
/// and watches of its own, as on another machine.
/// </summary>
/// <param name="Agent">The node's agent, which Kubernetes calls the kubelet.</param>
/// <param name="Network">Its service network, which Kubernetes calls the kube-proxy.</param>
/// <param name="Access">Who is let in at the node's own endpoint.</param>
internal sealed record NodeDoor(NodeComponent Agent, NodeComponent Network, IAccessControl Access) : IAsyncDisposable
{
    private const string Proxy = "system:kube-proxy";

    private readonly List<HttpApiClient> _clients = [];

    /// <summary>What works until it is stopped.</summary>
    public IReadOnlyList<Func<CancellationToken, Task>> Loops { get; private init; } = [];

    public static NodeDoor InProcess(string node, ControlPlane plane, IAccessControl access)
    {
        var (agent, network) = (Users.Of(NameOf(node), Users.Nodes, Users.Authenticated), Users.Of(Proxy, Users.Authenticated));
        return new(new(new InProcessClient(plane.Api, agent), plane.Caches), new(new InProcessClient(plane.Api, network), plane.Caches), access);
    }

    /// <param name="port">Where the API listens on this machine.</param>
    public static NodeDoor OverHttps(string node, ClusterKeys keys, int port, TimeProvider time, ILoggerFactory logs)
    {
        var (agent, network) = (Open("kubelet", NameOf(node), Users.Nodes), Open("kube-proxy", Proxy));
        var (ofAgent, ofNetwork) = (new CacheSet(agent, time, logs), new CacheSet(network, time, logs));
        var door = new NodeDoor(new(agent, ofAgent), new(network, ofNetwork), new ApiAccessControl(agent, keys.Authority.Certificate, time))
        {
            Loops = [ofAgent.RunAsync, ofNetwork.RunAsync],
        };
        door._clients.AddRange([agent, network]);
        return door;

        HttpApiClient Open(string program, string user, params string[] groups) => new(
            new HttpApiOptions(new Uri($"https://127.0.0.1:{port}"), [keys.Authority.Certificate])
            {
                Program = program,
                ClientCertificate = keys.IssueClient(user, groups),
            },
            time);
    }

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return ValueTask.CompletedTask;
    }

    private static string NameOf(string node) => $"system:node:{node}";
}
