using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Client.Http;

/// <summary>A watch over HTTP: one JSON document a line, for as long as the server likes. When it ends, the next call opens it again.</summary>
/// <param name="path">What to ask for, from a revision on.</param>
internal sealed class HttpWatch(
    Func<string, string> path, Func<string, CancellationToken, Task<HttpResponseMessage>> open, Func<JsonElement, KubernetesObject> read, string after)
    : IObjectWatch<KubernetesObject>
{
    private HttpResponseMessage? _response;
    private PipeReader? _lines;

    public string Revision { get; private set; } = after;

    public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
    {
        var place = Revision;
        try
        {
            while (true)
            {
                if (await ReadAsync(stop) is { Count: > 0 } events)
                {
                    return events;
                }
            }
        }
        catch
        {
            // A stream that a wait was given up on, or that broke, gives nothing more: the next wait opens another where this one began,
            // as what it had read by then was told to nobody.
            Revision = place;
            await CloseAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<List<WatchEvent<KubernetesObject>>> ReadAsync(CancellationToken stop)
    {
        if (_lines is null)
        {
            _response = await open(path(Revision), stop);
            _lines = PipeReader.Create(await _response.Content.ReadAsStreamAsync(stop));
        }

        var read = await _lines.ReadAsync(stop);
        var events = new List<WatchEvent<KubernetesObject>>();
        var rest = read.Buffer;
        while (rest.PositionOf((byte)'\n') is { } end)
        {
            Read(rest.Slice(0, end), events);
            rest = rest.Slice(rest.GetPosition(1, end));
        }

        _lines.AdvanceTo(rest.Start, rest.End);
        if (read.IsCompleted)
        {
            await CloseAsync();
        }

        return events;
    }

    private void Read(ReadOnlySequence<byte> line, List<WatchEvent<KubernetesObject>> events)
    {
        using var document = JsonDocument.Parse(line);
        var item = document.RootElement.GetProperty("object");
        var type = document.RootElement.GetProperty("type").GetString();
        if (type == "ERROR")
        {
            throw new ApiException(ApiJson.Read<ApiStatus>(item));
        }

        if (type == "BOOKMARK")
        {
            Revision = item.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
            return;
        }

        var change = read(item);
        Revision = change.Metadata.ResourceVersion ?? Revision;
        events.Add(new(
            type switch
            {
                "ADDED" => WatchEventType.Added,
                "DELETED" => WatchEventType.Deleted,
                _ => WatchEventType.Modified,
            },
            change));
    }

    private async ValueTask CloseAsync()
    {
        if (_lines is { } lines)
        {
            await lines.CompleteAsync();
        }

        _response?.Dispose();
        (_lines, _response) = (null, null);
    }
}
