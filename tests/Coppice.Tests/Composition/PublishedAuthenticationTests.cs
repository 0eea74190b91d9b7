using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Configuration;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

public sealed class PublishedAuthenticationTests : IDisposable
{
    private static readonly ObjectKey Key = new("kube-system", "extension-apiserver-authentication");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Whom_servers_of_other_parts_of_the_API_may_believe_is_published_again_when_it_was_deleted_or_changed()
    {
        var api = new InProcessClient(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "system:apiserver");
        var keys = new ClusterKeys(new DataLayout(_directory.Path), TimeProvider.System);
        await ClusterBootstrap.EnsureNamespacesAsync(api, default);
        await PublishedAuthentication.WriteAsync(api, keys, default);
        var published = (await api.FindAsync<ConfigMap>(Key, default))!;

        using var stopping = new CancellationTokenSource();
        var caches = new CacheSet(api, TimeProvider.System, NullLoggerFactory.Instance);
        var loop = new PublishedAuthentication(api, keys).WokenBy(caches, TimeProvider.System, NullLogger.Instance);
        var running = Task.WhenAll(caches.RunAsync(stopping.Token), loop.RunAsync(stopping.Token));
        await caches.WaitUntilSyncedAsync();

        await api.DeleteAsync<ConfigMap>(Key, null, default);
        await IsBackAsync("what was deleted");
        await api.UpdateAsync((await api.FindAsync<ConfigMap>(Key, default))! with { Data = ValueMap.Of(("client-ca-file", "another")) }, default);
        await IsBackAsync("what was changed");

        await stopping.CancelAsync();
        await running;

        Task IsBackAsync(string what) => Eventually.TrueAsync(what, TimeSpan.FromSeconds(20), async () => (await api.FindAsync<ConfigMap>(Key, default))?.Data == published.Data);
    }
}
