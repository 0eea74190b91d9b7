using System.IO.Pipelines;
using System.Net;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A body that is sent piece by piece as somebody writes it.</summary>
internal sealed class PipedContent(PipeReader from) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var read = await from.ReadAsync();
        for (; !read.IsCompleted || !read.Buffer.IsEmpty; read = await from.ReadAsync())
        {
            foreach (var piece in read.Buffer)
            {
                await stream.WriteAsync(piece);
            }

            await stream.FlushAsync();
            from.AdvanceTo(read.Buffer.End);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
