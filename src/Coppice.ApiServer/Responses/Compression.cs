using System.IO.Compression;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>
/// Large answers are compressed for those who take gzip, as Kubernetes does it: beyond 128 KiB, at the fastest level. Watches and small
/// answers are not: they would come later, not sooner.
/// </summary>
internal static class Compression
{
    private const long Threshold = 128 * 1024;

    private static readonly ZLibCompressionOptions Fastest = new() { CompressionLevel = 1 };

    /// <param name="length">The answer's, in bytes.</param>
    public static bool Applies(HttpContext http, long length) =>
        length > Threshold && !HttpMethods.IsHead(http.Request.Method) && AcceptHeader.TakesGzip(http.Request.Headers.AcceptEncoding.First());

    /// <summary>Says so in the headers, and returns where to write the answer. Whoever writes disposes it, which leaves the response open.</summary>
    public static Stream Begin(HttpContext http)
    {
        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Append("Vary", "Accept-Encoding");
        return new GZipStream(http.Response.Body, Fastest, leaveOpen: true);
    }
}
