using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Coppice.Client.Pages;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>/statusz, /flagz and the dumps of priority levels: since when the server runs, with which options, and who waits.</summary>
internal sealed class StatusPages(ComponentPages pages, FlowControl flows)
{
    /// <summary>True if the path was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value;
        var dump = LevelDump.Find(path, flows, !string.IsNullOrEmpty(http.Request.Query.First("includeRequestDetails")));
        if ((dump is null ? pages.Find(path, http.Request.Headers.Accept.First()) : ComponentPage.OfText(StatusCodes.Status200OK, dump)) is not { } page)
        {
            return false;
        }

        http.Response.StatusCode = page.Code;
        http.Response.ContentType = page.ContentType;
        await http.Response.BodyWriter.WriteAsync(page.Body, http.RequestAborted);
        return true;
    }
}
