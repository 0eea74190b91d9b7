using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>Where the body of an answer goes, compressed if it is long and the client takes that.</summary>
internal readonly struct AnswerBody : IAsyncDisposable
{
    /// <summary>What goes out together: enough for the socket to be busy, little enough for a slow reader to cost nothing.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>The same with room for the item that goes beyond that; a larger one makes more.</summary>
    public const int ChunkBytes = FlushBytes + (8 * 1024);

    private readonly bool _isCompressed;

    private AnswerBody(PipeWriter writer, bool isCompressed) => (Writer, _isCompressed) = (writer, isCompressed);

    public PipeWriter Writer { get; }

    /// <summary>Says in the headers what comes.</summary>
    /// <param name="length">In bytes, as it is uncompressed.</param>
    public static AnswerBody Begin(HttpContext http, int code, string type, long length)
    {
        var isCompressed = Compression.Applies(http, length);
        http.Response.StatusCode = code;
        http.Response.ContentType = type;
        http.Response.ContentLength = isCompressed ? null : length;
        return new(isCompressed ? PipeWriter.Create(Compression.Begin(http)) : http.Response.BodyWriter, isCompressed);
    }

    /// <summary>What is compressed ends with what tells that it is whole.</summary>
    public ValueTask DisposeAsync() => _isCompressed ? Writer.CompleteAsync() : ValueTask.CompletedTask;
}
