using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Requests;

/// <summary>Reads a request's body whole, up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>In bytes; Kubernetes' limit, which leaves room for an object of etcd's 1.5 MiB as JSON.</summary>
    public const int Limit = 3 * 1024 * 1024;

    /// <exception cref="ApiError">RequestEntityTooLarge, or BadRequest when the client stopped in the middle.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Limit)
        {
            throw ApiErrors.RequestEntityTooLarge(Limit);
        }

        try
        {
            var reader = http.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(http.RequestAborted);
                if (read.Buffer.Length > Limit)
                {
                    throw ApiErrors.RequestEntityTooLarge(Limit);
                }

                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ApiErrors.RequestEntityTooLarge(Limit) : ApiErrors.BadRequest(e.Message);
        }
    }
}
