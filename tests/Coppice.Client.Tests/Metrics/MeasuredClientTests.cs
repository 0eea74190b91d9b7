using System.Text;
using Coppice.Client.Metrics;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Client.Tests.Metrics;

public sealed class MeasuredClientTests
{
    [Fact]
    public async Task What_is_done_before_the_answer_is_waited_for_takes_time_too()
    {
        var time = new ManualTimeProvider();
        var api = new TestApi(time, "shop") { Fault = (_, _) => time.Advance(TimeSpan.FromSeconds(2)) };
        var figures = new ClientFigures();
        await new MeasuredClient(api, "here", figures, time).FindAsync<ConfigMap>(new("shop", "a"), TestContext.Current.CancellationToken);
        var text = new MetricsText();
        figures.WriteTo(text);
        Assert.Contains("rest_client_request_duration_seconds_sum{host=\"here\",verb=\"GET\"} 2\n", Encoding.UTF8.GetString(text.ToBytes().Span));
    }
}
