using System.Net;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Aggregation;

/// <summary>Asks others for what they serve of this API, whole, for components of this process.</summary>
internal static class RemoteAsking
{
    private const int AnswerBytesMax = 16 * 1024 * 1024;

    /// <summary>As long as any request may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="client">Null where nobody would believe who asks.</param>
    /// <exception cref="ApiException">It is refused there, or nobody serves that, or is there.</exception>
    public static async ValueTask<JsonElement> AskAsync(
        RemoteApis remote, RemoteApiClient? client, HttpMethod method, UserInfo user, string path, TimeProvider time, CancellationToken stop)
    {
        if (path.Split('/') is not ["", "apis", var group, var version, ..] || remote.Find(group, version) is not { } api)
        {
            throw ApiErrors.NoSuchResource();
        }

        if (client is null || !api.IsAvailable)
        {
            throw ApiErrors.ServiceUnavailable("the server is currently unable to handle the request");
        }

        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            using var request = new HttpRequestMessage(method, RemoteApiClient.UrlOf(api, path));
            request.Headers.TryAddWithoutValidation("Accept", "application/json");
            using var answer = await client.SendAsync(api, request, user, either.Token);
            var body = await RemoteApiClient.ReadAsync(answer, AnswerBytesMax, either.Token);
            return answer.IsSuccessStatusCode ? Parse(body) : throw Refusal(answer.StatusCode, body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw ApiErrors.ServiceUnavailable($"error trying to reach service: {NetworkFailure.Words(e)}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw ApiErrors.ServiceUnavailable("error trying to reach service: context deadline exceeded");
        }
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw ApiErrors.InternalError(e.Message);
        }
    }

    private static ApiException Refusal(HttpStatusCode code, byte[] body)
    {
        try
        {
            if (ApiJson.Read<ApiStatus>(body) is { Message.Length: > 0 } status)
            {
                return new ApiException(status);
            }
        }
        catch (JsonException)
        {
            // No Status: the code has to tell.
        }

        return code == HttpStatusCode.NotFound
            ? ApiErrors.NoSuchResource()
            : new ApiException(new() { Status = "Failure", Code = (int)code, Message = $"the server responded with the status code {(int)code}" });
    }
}
