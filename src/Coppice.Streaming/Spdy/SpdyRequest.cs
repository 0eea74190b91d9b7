using System.Net;
using System.Net.Http.Headers;

namespace Coppice.Streaming.Spdy;

/// <summary>How a client leaves HTTP for SPDY.</summary>
internal static class SpdyRequest
{
    /// <param name="protocol">What is to be spoken in the streams, as <c>v4.channel.k8s.io</c>.</param>
    /// <exception cref="IOException">The server could not be reached, or refused.</exception>
    public static async Task<Stream> UpgradeAsync(HttpMessageInvoker http, Uri url, string protocol, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("SPDY", "3.1"));
        request.Headers.Add("X-Stream-Protocol-Version", protocol);
        try
        {
            var response = await http.SendAsync(request, stop);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return await response.Content.ReadAsStreamAsync(stop);
            }

            using (response)
            {
                var text = await response.Content.ReadAsStringAsync(stop);
                throw new IOException($"the streaming server answered {(int)response.StatusCode}: {text.Trim()}");
            }
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"the streaming server could not be reached: {e.Message}", e);
        }
    }
}
