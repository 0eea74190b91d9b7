using System.Net;

namespace Coppice.ApiServer.Proxying;

/// <summary>A body that is handed on piece by piece as it comes, where the usual ones wait until there is much of it.</summary>
internal sealed class PassedBody(Stream from) : HttpContent
{
    private const int BufferBytes = 32 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken stop) => PassAsync(from, stream, stop);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>Copies until the end, and keeps nothing back.</summary>
    public static async Task PassAsync(Stream from, Stream to, CancellationToken stop)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReadAsync(buffer, stop) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count), stop);
            await to.FlushAsync(stop);
        }
    }
}
