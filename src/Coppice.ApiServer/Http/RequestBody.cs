using System.Buffers;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
using Coppice.Objects;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>Reads a request's body whole, up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>In bytes.</summary>
    public const int Limit = ObjectDecoder.BodyBytesMax;

    /// <summary>
    /// How long a client may take to send its body, as long as Kubernetes lets a whole request take: enough for the largest body at
    /// 50 kB a second. Without it, whoever sends a byte now and then keeps a request, and what it has sent, for ever.
    /// </summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    private static readonly string[] TextTypes = ["application/json", "application/yaml"];
    private static readonly string[] ObjectTypes = [.. TextTypes, ProtobufBody.MediaType];

    /// <summary>Reads an object of a kind from JSON, YAML or protobuf, as the Content-Type says; the answer warns of what was dropped.</summary>
    /// <exception cref="ApiError">UnsupportedMediaType, or BadRequest with what is wrong.</exception>
    public static async ValueTask<DecodedObject> ReadObjectAsync(HttpContext http, ExpectedObject expected)
    {
        var mode = http.Request.FieldValidation();
        var body = await ReadAsync(http);
        var decoded = MediaType(http) switch
        {
            "" or "application/json" or "*/*" => ObjectDecoder.Decode(body, expected, mode),
            "application/yaml" => ObjectDecoder.DecodeYaml(body, expected, mode),
            ProtobufBody.MediaType when expected.Kind.Format.Numbered is not null => ObjectDecoder.Decode(ProtobufBody.ToJson(body, expected.Kind.Schema), expected, mode),
            _ => throw ApiErrors.UnsupportedMediaType(expected.Kind.Format.Numbered is null ? TextTypes : ObjectTypes),
        };
        Warnings.Add(http, decoded.Warnings);
        return decoded;
    }

    /// <summary>Reads what goes along with a request, such as DeleteOptions; an empty body is an empty one.</summary>
    public static async ValueTask<T> ReadOptionsAsync<T>(HttpContext http) where T : class, new()
    {
        var body = await ReadAsync(http);
        if (body.IsEmpty)
        {
            return new T();
        }

        return ObjectDecoder.DecodeOptions<T>(MediaType(http) == ProtobufBody.MediaType ? ProtobufBody.ToJson(body, RecordSchemas.Of<T>()) : body);
    }

    /// <summary>The Content-Type without its parameters, in lower case; empty if there is none.</summary>
    public static string MediaType(HttpContext http) => (http.Request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <exception cref="ApiError">RequestEntityTooLarge, RequestTimeout, or BadRequest when the client stopped in the middle.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Limit)
        {
            throw TooLarge(http);
        }

        var deadline = http.Features.Get<BodyDeadline>();
        using var late = deadline is null ? new CancellationTokenSource() : new CancellationTokenSource(deadline.Limit, deadline.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, late.Token);
        try
        {
            var reader = http.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(either.Token);
                if (read.Buffer.Length > Limit)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw TooLarge(http);
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
        catch (IOException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            CloseAfterAnswer(http);
            throw ApiErrors.RequestTimeout($"the request's body was not there within {deadline!.Limit.TotalSeconds} seconds");
        }
    }

    // Many clients send a body to its end before they look for an answer, so the rest is read and thrown away. A connection with one
    // request at a time is closed then, since nobody knows how much is still to come; on HTTP/2 only the stream ends.
    private static ApiError TooLarge(HttpContext http)
    {
        CloseAfterAnswer(http);
        return ApiErrors.RequestEntityTooLarge(Limit);
    }

    private static void CloseAfterAnswer(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Response.OnStarting(() =>
            {
                http.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
        }
    }
}

/// <summary>Goes with a request whose body is waited for: by which clock, and how long.</summary>
internal sealed record BodyDeadline(TimeProvider Time, TimeSpan Limit);
