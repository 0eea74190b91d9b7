using System.Net.Http.Json;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.Client.Heartbeats;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Agents say that they live, each for itself.</summary>
public sealed class HeartbeatTests : IAsyncLifetime
{
    private static readonly Beat Sample = new("life-1", TimeSpan.FromSeconds(4.5), ["a", "b"]) { IsLeaving = true };
    private static readonly BeatAnswer Answer = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(6), IsMissed: true);

    private readonly ServedApi _api;
    private readonly List<(string Node, Beat Beat, CancellationToken Closed)> _heard = [];

    public HeartbeatTests() => _api = new()
    {
        Heartbeats = (node, beat, closed) =>
        {
            _heard.Add((node, beat, closed));
            return Answer;
        },
    };

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task What_a_node_says_is_heard_as_it_says_it_and_so_is_the_end_of_its_connection()
    {
        using (var agent = _api.ClientOf(_api.Issue("system:node:far", "system:nodes")))
        {
            using var answer = await agent.PostAsJsonAsync(HttpHeartbeatLine.Path, Sample, HeartbeatJsonContext.Default.Beat);
            Assert.Equal(Answer, await answer.Content.ReadFromJsonAsync(HeartbeatJsonContext.Default.BeatAnswer));
        }

        var (node, beat, closed) = Assert.Single(_heard);
        Assert.Equal(("far", Sample.Session, Sample.LeaseLeft, Sample.IsLeaving), (node, beat.Session, beat.LeaseLeft, beat.IsLeaving));
        Assert.Equal(Sample.Guarded, beat.Guarded);
        await Eventually.TrueAsync("the end of the connection", TimeSpan.FromSeconds(30), () => closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Nobody_speaks_for_a_node_but_its_agent()
    {
        foreach (var who in (IssuedCertificate?[])[null, _api.Issue("jane"), _api.Issue("admin", "system:masters"), _api.Issue("system:node:far"), _api.Issue("jane", "system:nodes")])
        {
            using var client = _api.ClientOf(who);
            using var answer = await client.PostAsJsonAsync(HttpHeartbeatLine.Path, Sample, HeartbeatJsonContext.Default.Beat);
            Assert.Equal(403, (int)answer.StatusCode);
        }

        Assert.Empty(_heard);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("""{"Session":"s","LeaseLeft":"soon","Guarded":[]}""")]
    public async Task What_is_no_heartbeat_is_refused(string body)
    {
        using var agent = _api.ClientOf(_api.Issue("system:node:far", "system:nodes"));
        using var answer = await agent.PostAsync(HttpHeartbeatLine.Path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(400, (int)answer.StatusCode);
        using var read = await agent.GetAsync(HttpHeartbeatLine.Path);
        Assert.Equal(405, (int)read.StatusCode);
        Assert.Empty(_heard);
    }
}
