using System.Net;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Proxying;

/// <summary>
/// A request's body that is handed on piece by piece as it comes, where the usual ones wait until there is much of it. Who takes its
/// time to send has no seat meanwhile.
/// </summary>
internal sealed class PassedBody(HttpContext http) : HttpContent
{
    private const int BufferBytes = 32 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken stop)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            if (!reader.TryRead(out var read))
            {
                read = await SlowBody.ReadMoreAsync(http, reader, stop);
            }

            try
            {
                foreach (var piece in read.Buffer)
                {
                    await stream.WriteAsync(piece, stop);
                }

                await stream.FlushAsync(stop);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        // Before whoever is asked knows that this is all.
        await (RequestScope.Find<Seat>(http)?.ReturnAsync(stop) ?? ValueTask.CompletedTask);
    }

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
