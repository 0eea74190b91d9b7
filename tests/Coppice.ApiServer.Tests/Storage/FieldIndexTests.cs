using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Storage;

/// <summary>
/// The pods of a node are found by an index. <c>spec.host</c> is the same field by its old name, and has none: each answer by the one is
/// compared with that by the other. A failure names the seed that replays it.
/// </summary>
public sealed class FieldIndexTests : IAsyncDisposable
{
    private const string Indexed = "spec.nodeName";
    private const string Plain = "spec.host";

    private static readonly string[] Spaces = ["default", "other"];
    private static readonly string[] Nodes = ["", "n1", "n2", "n3"];

    private readonly InMemoryRevisionStore _store = new();
    private readonly ApiVerbs _verbs;
    private readonly InProcessClient _api;

    public FieldIndexTests()
    {
        _verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1));
        _api = new InProcessClient(_verbs, "test");
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Pods_by_node_are_those_that_a_look_at_all_pods_finds(int seed)
    {
        var random = new Random(seed);
        foreach (var space in Spaces)
        {
            await _api.CreateAsync(new Namespace { Metadata = new() { Name = space } }, Stop);
            await _api.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = space } }, Stop);
        }

        for (var step = 0; step < 400; step++)
        {
            await (random.Next(8) switch
            {
                0 => CompareListAsync(random),
                1 => CompareWatchAsync(random),
                2 when random.Next(8) == 0 => _store.CompactAsync(AtRandom(random), Stop).AsTask(),
                _ => WriteAsync(random),
            });
        }
    }

    [Fact]
    public async Task A_node_of_the_same_name_elsewhere_in_a_pod_is_not_its_node()
    {
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, Stop);
        await _api.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = "default" } }, Stop);
        var pod = PodOf(new("default", "a"), "n2");
        await _api.CreateAsync(
            pod with
            {
                Metadata = pod.Metadata with { Annotations = ValueMap.Of(("nodeName", "n1"), ("quoted", "\"spec\":{\"nodeName\":\"n1\"}")) },
                Spec = pod.Spec with { NodeSelector = ValueMap.Of(("nodeName", "n1")) },
            },
            Stop);
        Assert.Empty((await PageAsync(Indexed, "", "n1", new())).Items);
        Assert.Equal("a", Assert.Single((await PageAsync(Indexed, "", "n2", new())).Items).Item.Metadata.Name);
    }

    private async Task WriteAsync(Random random)
    {
        var key = new ObjectKey(Spaces[random.Next(Spaces.Length)], $"p{random.Next(6)}");
        var node = Nodes[random.Next(Nodes.Length)];
        switch (await _api.FindAsync<Pod>(key, Stop))
        {
            case null:
                await _api.CreateAsync(PodOf(key, node), Stop);
                break;
            case { Spec.NodeName: null or "" } when node.Length > 0:
                await _api.BindAsync(new Binding { Metadata = new() { Name = key.Name, Namespace = key.Namespace }, Target = new() { Kind = "Node", Name = node } }, Stop);
                break;
            case { } pod when random.Next(2) == 0:
                await _api.UpdateStatusAsync(pod with { Status = pod.Status with { Message = $"{random.Next()}" } }, Stop);
                break;
            default:
                await _api.DeleteAsync<Pod>(key, new() { GracePeriodSeconds = 0 }, Stop);
                break;
        }
    }

    private async Task CompareListAsync(Random random)
    {
        var (space, node) = (random.Next(2) == 0 ? "" : Spaces[random.Next(Spaces.Length)], Nodes[random.Next(Nodes.Length)]);
        var paging = new ListPaging(random.Next(3), At: random.Next(2) == 0 ? null : AtRandom(random));
        Assert.Equal(await ListAsync(Plain, space, node, paging), await ListAsync(Indexed, space, node, paging));
    }

    /// <summary>All pages.</summary>
    private async Task<List<string>> ListAsync(string field, string space, string node, ListPaging paging)
    {
        var seen = new List<string>();
        ListPage page;
        do
        {
            page = await PageAsync(field, space, node, paging);
            seen.AddRange(page.Items.Select(form => $"{ObjectKey.Of(form.Item)} {form.Item.Metadata.Uid} {form.Revision} at {page.At}"));
            paging = paging with { Continue = page.Continue, At = null };
        }
        while (page.Continue is not null);
        return seen;
    }

    private ValueTask<ListPage> PageAsync(string field, string space, string node, ListPaging paging) =>
        _verbs.List.RunAsync(ObjectQuery.Parse(PodKind.Served, space, null, $"{field}={node}"), paging, Stop);

    private async Task CompareWatchAsync(Random random)
    {
        var (space, node, after) = (random.Next(2) == 0 ? "" : Spaces[random.Next(Spaces.Length)], Nodes[random.Next(Nodes.Length)], AtRandom(random));
        Assert.Equal(await FollowAsync(Plain, space, node, after), await FollowAsync(Indexed, space, node, after));
    }

    private async Task<List<string>> FollowAsync(string field, string space, string node, Revision after)
    {
        using var watch = _verbs.Watch(ObjectQuery.Parse(PodKind.Served, space, null, $"{field}={node}"), after);
        var seen = new List<string>();
        while (watch.Progress < _verbs.Current)
        {
            // Whoever waits for what is not there yet has passed all there is.
            var next = watch.NextAsync(Stop);
            if (!next.IsCompleted)
            {
                break;
            }

            seen.AddRange((await next).Select(change => $"{change.Type} {ObjectKey.Of(change.Form.Item)} {change.Form.Revision}"));
        }

        Assert.Equal(_verbs.Current, watch.Progress);
        return seen;
    }

    private Revision AtRandom(Random random) => new(random.NextInt64(_store.Compacted.Value, _store.Current.Value + 1));

    private static Pod PodOf(ObjectKey key, string node) => new()
    {
        Metadata = new() { Name = key.Name, Namespace = key.Namespace },
        Spec = new() { NodeName = node.Length > 0 ? node : null, Containers = [new Container { Name = "c", Image = "i" }] },
    };
}
