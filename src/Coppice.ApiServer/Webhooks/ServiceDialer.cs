using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer.Storage;
using Coppice.Objects;

namespace Coppice.ApiServer.Webhooks;

/// <summary>Connects HTTP with those that the cluster was told of: an address as it is, and a service of the cluster by its address.</summary>
/// <param name="connect">How an address is reached; null for the machine's own network.</param>
internal sealed class ServiceDialer(ObjectStorage storage, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? connect)
{
    public const int HttpsPort = 443;

    private static readonly HttpRequestOptionsKey<(ObjectKey Service, int Port)> ServiceOf = new("service");

    private readonly ServiceAddresses _services = new(storage);

    /// <summary>The request is for a service, whatever its URL says.</summary>
    public static void Mark(HttpRequestMessage request, ObjectKey service, int? port) => request.Options.Set(ServiceOf, (service, port ?? HttpsPort));

    /// <exception cref="Errors.ApiError">There is no such service, or no such port.</exception>
    /// <exception cref="IOException">Nobody is reached.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var address = context.InitialRequestMessage.Options.TryGetValue(ServiceOf, out var of)
            ? await _services.FindAsync(of.Service, of.Port, stop)
            : context.DnsEndPoint;
        if (connect is not null)
        {
            return await connect(address, stop);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"dial tcp {address.Host}:{address.Port}: {NetworkFailure.Words(e)}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
