using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>The lines of a watch.</summary>
internal sealed class EventLines(StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>The next line; null at the end.</summary>
    public async Task<string?> LineAsync() => await reader.ReadLineAsync().WaitAsync(Soon);

    public async Task<JsonNode> NextAsync(string type, string? name)
    {
        var line = JsonNode.Parse(await LineAsync() ?? throw new EndOfStreamException("the watch ended"))!;
        Assert.Equal(type, (string?)line["type"]);
        if (name is not null)
        {
            Assert.Equal(name, (string?)line["object"]!["metadata"]!["name"]);
        }

        return line["object"]!;
    }

    public void Dispose() => reader.Dispose();
}
