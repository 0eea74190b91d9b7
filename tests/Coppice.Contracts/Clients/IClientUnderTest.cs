using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.Contracts.Clients;

/// <summary>Makes a client of one kind for an API server, and cleans up what it needed.</summary>
public interface IClientUnderTest : IAsyncDisposable
{
    ValueTask<IApiClient> OpenAsync(ApiVerbs verbs, ServiceAccountTokens tokens);
}

/// <summary>What the client contracts share: one API server a test, with a namespace and nothing else, and short ways to ask it.</summary>
public abstract class ClientContract<TKind> : IAsyncLifetime
    where TKind : IClientUnderTest, new()
{
    protected const string Space = "default";

    private readonly TKind _kind = new();
    private readonly InMemoryRevisionStore _store = new();
    private readonly ServiceAccountTokens _tokens = new(TestKeys.Tokens, TimeProvider.System);

    protected IApiClient Api { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await _kind.OpenAsync(new ApiVerbs(_store, ServiceAllocationOptions.Default, _tokens, TimeProvider.System, new Random(1)), _tokens);
        await Api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Space } }, Stop);
        await Api.CreateAsync(new ServiceAccount { Metadata = Named("default") }, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _kind.DisposeAsync();
        await _store.DisposeAsync();
        _tokens.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Forgets the history up to now.</summary>
    protected ValueTask ForgetAsync() => _store.CompactAsync(_store.Current, Stop);

    protected static ObjectMeta Named(string name, params (string Key, string Value)[] labels) =>
        new() { Name = name, Namespace = Space, Labels = labels.Select(l => KeyValuePair.Create(l.Key, l.Value)).ToValueMap() };

    protected static ObjectKey Key(string name) => new(Space, name);

    protected ValueTask<ConfigMap> MakeAsync(string name, params (string Key, string Value)[] labels) =>
        Api.CreateAsync(new ConfigMap { Metadata = Named(name, labels) }, Stop);

    protected ValueTask<Pod> MakePodAsync(string name) => Api.CreateAsync(
        new Pod { Metadata = Named(name), Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } }, Stop);

    protected static async Task<ApiException> RefusedAsync<T>(ValueTask<T> work) =>
        await Assert.ThrowsAnyAsync<ApiException>(async () => await work);

    protected static async Task<ApiException> RefusedAsync(ValueTask work) =>
        await Assert.ThrowsAnyAsync<ApiException>(async () => await work);

    /// <summary>Reads a watch until it has given so many events: <c>Added a</c>.</summary>
    protected static async Task<List<string>> TakeAsync<T>(IObjectWatch<T> watch, int count) where T : KubernetesObject
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            taken.AddRange((await watch.NextAsync(Stop)).Select(e => $"{e.Type} {e.Item.Metadata.Name}"));
        }

        return taken;
    }
}
