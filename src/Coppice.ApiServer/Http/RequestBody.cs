using System.Buffers;
using System.IO.Pipelines;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
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
        HttpAudit.TrailOf(http)?.Asked(decoded.Item);
        return decoded;
    }

    /// <summary>Reads what goes along with a request, such as DeleteOptions; null if there is no body.</summary>
    /// <exception cref="ApiError">UnsupportedMediaType, or BadRequest with what is wrong.</exception>
    public static async ValueTask<T?> ReadOptionsAsync<T>(HttpContext http) where T : class
    {
        var body = await ReadAsync(http);
        if (body.IsEmpty)
        {
            return null;
        }

        var json = MediaType(http) switch
        {
            "" or "application/json" or "*/*" => body,
            "application/yaml" => FromYaml(body),
            ProtobufBody.MediaType => ProtobufBody.ToJson(body, RecordSchemas.Of<T>()),
            _ => throw ApiErrors.UnsupportedMediaType(ObjectTypes),
        };
        HttpAudit.TrailOf(http)?.Asked(json);
        return ObjectDecoder.DecodeOptions<T>(json);
    }

    private static ReadOnlyMemory<byte> FromYaml(ReadOnlyMemory<byte> yaml)
    {
        var converted = YamlBody.ToJson(yaml);
        return converted.Error is null ? converted.Json : throw ApiErrors.BadRequest(converted.Error);
    }

    /// <summary>What is to change in an object, in the form that the Content-Type says.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadPatchAsync(HttpContext http)
    {
        var body = await ReadAsync(http);
        if (HttpAudit.TrailOf(http) is { } trail)
        {
            trail.Asked(MediaType(http).EndsWith("yaml", StringComparison.Ordinal) ? YamlBody.ToJson(body).Json : body);
        }

        return body;
    }

    /// <summary>The Content-Type without its parameters, in lower case; empty if there is none.</summary>
    public static string MediaType(HttpContext http) => http.Request.ContentType switch
    {
        null => "",
        ResponseFormat.Json => ResponseFormat.Json,
        var type => type.Split(';')[0].Trim().ToLowerInvariant(),
    };

    /// <exception cref="ApiError">RequestEntityTooLarge, RequestTimeout, or BadRequest when the client stopped in the middle.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Limit)
        {
            throw TooLarge(http);
        }

        var reader = http.Request.BodyReader;
        try
        {
            // Most bodies are there already, and need no clock.
            return reader.TryRead(out var read) && TryTake(http, reader, read) is { } body ? body : await WaitForAsync(http, reader);
        }
        catch (IOException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> WaitForAsync(HttpContext http, PipeReader reader)
    {
        var deadline = RequestScope.Find<BodyDeadline>(http);
        using var late = deadline is null ? new CancellationTokenSource() : new CancellationTokenSource(deadline.Limit, deadline.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, late.Token);
        try
        {
            while (true)
            {
                if (!reader.TryRead(out var read))
                {
                    read = await SlowBody.ReadMoreAsync(http, reader, either.Token);
                }

                if (TryTake(http, reader, read) is { } body)
                {
                    await (RequestScope.Find<Seat>(http)?.ReturnAsync(http.RequestAborted) ?? ValueTask.CompletedTask);
                    return body;
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            CloseAfterAnswer(http);
            throw ApiErrors.RequestTimeout($"the request's body was not there within {deadline!.Limit.TotalSeconds} seconds");
        }
    }

    /// <summary>The body, if that is all of it; null if there is more to come.</summary>
    private static ReadOnlyMemory<byte>? TryTake(HttpContext http, PipeReader reader, ReadResult read)
    {
        if (read.Buffer.Length > Limit)
        {
            reader.AdvanceTo(read.Buffer.End);
            throw TooLarge(http);
        }

        if (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return null;
        }

        var body = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        return body;
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
