using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.LocalVolumes;

/// <summary>Where a node's own volumes are.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Root">The directory of all of them, a directory a volume. How much is written to one is not bounded.</param>
public sealed record LocalVolumeOptions(string Node, string Root);

/// <summary>
/// Makes and takes away the volumes of claims that a node's own disk is enough for: each a directory that only pods of this node reach.
/// Three loops: a claim gets its volume, a volume grows with its claim, and goes with it.
/// </summary>
public sealed class LocalProvisioner
{
    /// <summary>By which classes name it.</summary>
    public const string Name = "coppice.io/local";

    /// <summary>The service account that it works as.</summary>
    public const string Account = "coppice-local-volumes";

    private readonly ReconcileLoop<ObjectKey> _claims;
    private readonly ReconcileLoop<ObjectKey> _sizes;
    private readonly ReconcileLoop<ObjectKey> _volumes;

    public LocalProvisioner(IApiClient api, CacheSet caches, IEventRecorder events, LocalVolumeOptions options, TimeProvider time, ILogger log)
    {
        var (claims, volumes, classes) = (caches.Of<PersistentVolumeClaim>(), caches.Of<PersistentVolume>(), caches.Of<StorageClass>());
        _claims = new("LocalVolumeClaims", new ClaimProvisioner(api, claims, classes, events, options), ReconcileOptions.Default, time, log);
        _sizes = new("LocalVolumeSizes", new ClaimGrower(api, claims, volumes, events, options, time), ReconcileOptions.Default, time, log);
        _volumes = new("LocalVolumes", new VolumeRemover(api, volumes, options), ReconcileOptions.Default, time, log);
        claims.Subscribe(change => _claims.Enqueue(ObjectKey.Of(change.Item)));
        claims.Subscribe(change => _sizes.Enqueue(ObjectKey.Of(change.Item)));
        volumes.Subscribe(change => _volumes.Enqueue(ObjectKey.Of(change.Item)));

        // Of a claim that was seen before its class nobody knew whose it is.
        classes.Subscribe(_ => claims.Items.Select(ObjectKey.Of).ToList().ForEach(_claims.Enqueue));
    }

    /// <summary>What its loops have to tell of their queues.</summary>
    public void WriteTo(MetricsText text)
    {
        _claims.WriteTo(text);
        _sizes.WriteTo(text);
        _volumes.WriteTo(text);
    }

    public Task RunAsync(CancellationToken stop) => LoopsTogether.RunAsync(stop, _claims.RunAsync, _sizes.RunAsync, _volumes.RunAsync);
}
