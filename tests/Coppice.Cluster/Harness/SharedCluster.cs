using Coppice.Cluster.Harness;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Coppice.Cluster.Harness;

/// <summary>
/// The cluster that tests share which only use namespaces of their own. It is started by the first that asks, so that tests which
/// need none can be run where there is none.
/// </summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private readonly Lazy<Task<RunningCluster>> _cluster = new(() => RunningCluster.StartAsync(new ClusterOptions()));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The cluster, started.</summary>
    public Task<RunningCluster> GetAsync() => _cluster.Value;

    /// <summary>A namespace in it for one test.</summary>
    public async Task<TestNamespace> NewNamespaceAsync() => await (await GetAsync()).NewNamespaceAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }
}
