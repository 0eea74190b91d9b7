using System.Globalization;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Responses;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>Writes a document that the server describes itself with, as far as the client does not have it already.</summary>
internal static class DocumentAnswer
{
    /// <exception cref="ApiError">NotAcceptable: it is an object, and the client takes no form of it.</exception>
    public static async Task WriteAsync(HttpContext http, ServedDocument document, DateTimeOffset now)
    {
        if (document.IsObject)
        {
            _ = ResponseFormat.ChoosePlain(http.Request) ?? throw ApiErrors.NotAcceptable(ResponseFormat.Json, ResponseFormat.Yaml);
            await ResponseWriter.WriteDocumentAsync(http, document.Body, StatusCodes.Status200OK);
            return;
        }

        var response = http.Response;
        response.Headers.Vary = "Accept, Accept-Encoding";
        response.Headers.ETag = document.ETag;
        if (document.Location is { } location)
        {
            response.StatusCode = StatusCodes.Status301MovedPermanently;
            response.Headers.Location = location;
            response.ContentType = document.ContentType;
        }
        else if (document.ETag is { } tag && http.Request.Headers.IfNoneMatch.Contains(tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
        }
        else
        {
            SayHowLong(response.Headers, document, now);
            response.Headers.ContentEncoding = document.ContentEncoding;
            response.ContentType = document.ContentType;
            response.ContentLength = document.Body.Length;
            await response.Body.WriteAsync(document.Body, http.RequestAborted);
        }
    }

    private static void SayHowLong(IHeaderDictionary headers, ServedDocument document, DateTimeOffset now)
    {
        if (document.MaxAge is { } age)
        {
            headers.CacheControl = $"public, max-age={age.TotalSeconds}";
        }
        else if (document.Immutable)
        {
            // A year is the longest that may be said.
            headers.CacheControl = "public, immutable";
            headers.Expires = now.AddYears(1).ToString("R", CultureInfo.InvariantCulture);
        }
    }
}
