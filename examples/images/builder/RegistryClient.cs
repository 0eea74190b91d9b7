using System.Net;
using System.Net.Http.Headers;

namespace Coppice.ExampleImages;

/// <summary>Pushes images to a registry (OCI distribution specification 1.0, or Docker's registry API v2: the same calls).</summary>
/// <param name="handler">How it is reached, if not in the usual way; disposed of with this.</param>
public sealed class RegistryClient(Uri registry, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler()) { BaseAddress = registry };

    /// <summary>Uploads what the registry does not have yet, and then the manifest under the image's tag.</summary>
    /// <exception cref="HttpRequestException">The registry cannot be reached or refused something.</exception>
    public async Task PushAsync(ContainerImage image, CancellationToken stop)
    {
        var repository = $"v2/{image.Name.Repository}";
        foreach (var blob in image.Layers.Select(layer => layer.Packed).Append(image.Configuration))
        {
            await UploadAsync(repository, blob, stop);
        }

        using var accepted = await _http.PutAsync($"{repository}/manifests/{image.Name.Tag}", Content(image.Manifest), stop);
        accepted.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private async Task UploadAsync(string repository, Blob blob, CancellationToken stop)
    {
        using var look = new HttpRequestMessage(HttpMethod.Head, $"{repository}/blobs/{blob.Digest}");
        using var found = await _http.SendAsync(look, stop);
        if (found.StatusCode == HttpStatusCode.OK)
        {
            return;
        }

        using var begun = await _http.PostAsync($"{repository}/blobs/uploads/", content: null, stop);
        begun.EnsureSuccessStatusCode();
        var place = new Uri(registry, begun.Headers.Location ?? throw new HttpRequestException($"{registry} began an upload without saying where"));
        var separator = place.Query.Length > 0 ? '&' : '?';
        using var stored = await _http.PutAsync($"{place}{separator}digest={Uri.EscapeDataString(blob.Digest)}", Content(blob with { MediaType = "application/octet-stream" }), stop);
        stored.EnsureSuccessStatusCode();
    }

    private static ByteArrayContent Content(Blob blob) =>
        new(blob.Bytes) { Headers = { ContentType = new MediaTypeHeaderValue(blob.MediaType) } };
}
