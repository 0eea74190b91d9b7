using System.Collections.Concurrent;
using System.Diagnostics;
using Coppice.Client.Tracing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What a request leads to, as spans.</summary>
public sealed class TraceTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task A_write_is_a_span_below_its_senders_with_what_it_stores_below_it()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Traces.SourceName,
            Sample = (ref options) => $"{options.TraceId}" == Trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var space = await api.NewNamespaceAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{space}/configmaps")
        {
            Content = new StringContent("""{"metadata":{"name":"traced"}}""", null, "application/json"),
            Headers = { { "traceparent", $"00-{Trace}-00f067aa0ba902b7-01" } },
        };
        using var answer = await api.Admin.SendAsync(request);
        Assert.Equal(201, (int)answer.StatusCode);

        while (spans.Count < 2)
        {
            // The request's span ends after its answer.
            await Task.Yield();
        }

        var received = spans.Single(span => span.DisplayName == "create configmaps");
        Assert.Equal("00f067aa0ba902b7", $"{received.ParentSpanId}");
        Assert.Equal(201, received.GetTagItem("http.response.status_code"));
        Assert.Equal($"{space}/configmaps", received.GetTagItem("url.path"));
        var stored = spans.Single(span => span.DisplayName == "store write");
        Assert.Equal(received.SpanId, stored.ParentSpanId);
        Assert.EndsWith("/traced", (string?)stored.GetTagItem("coppice.store.key"));
    }

    [Fact]
    public void Without_a_listener_there_are_none() => Assert.Null(Traces.Begin("anything"));
}
