using Coppice.Client.Http;
using Coppice.Composition.Joining;
using Coppice.Configuration;

namespace Coppice.Commands.Hosting;

/// <summary>The API of a cluster elsewhere, as the node that this machine is in it.</summary>
internal static class NodeApi
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Null while it is none yet, and when it was away for too long.</summary>
    public static HttpApiClient? Find(JoinedTo joined, DataLayout layout, TimeProvider time) =>
        new NodeKeys(layout, joined.Node, time) is { Authority: { } authority, Agent: { } agent }
            ? new HttpApiClient(new HttpApiOptions(joined.Server, [authority]) { ClientCertificate = agent, RequestTimeout = RequestTimeout }, time)
            : null;
}
