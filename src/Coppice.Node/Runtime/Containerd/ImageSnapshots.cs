using System.Text.Json;
using Coppice.Node.Host;
using Coppice.Node.Runtime.Containerd.Wire;
using Coppice.Node.Runtime.Cri;
using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;
using Coppice.Node.Volumes;
using Google.Protobuf.WellKnownTypes;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>
/// The files of images without a container: read-only views of containerd's snapshots. Every containerd has these calls, on the socket of
/// CRI, which itself has words for it from containerd 2.1 on only.
/// </summary>
public sealed class ImageSnapshots(string socketPath, HostFacts host, TimeProvider time) : IDisposable
{
    // What nothing else refers to is containerd's to collect, but for what says that it is not.
    private const string KeptLabel = "containerd.io/gc.root";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly GrpcMethod<ViewSnapshotRequest, ViewSnapshotResponse> View = new(Snapshots("View"), ViewSnapshotResponse.Parser, Limit);
    private static readonly GrpcMethod<MountsRequest, MountsResponse> Mounts = new(Snapshots("Mounts"), MountsResponse.Parser, Limit);
    private static readonly GrpcMethod<RemoveSnapshotRequest, Empty> Remove = new(Snapshots("Remove"), Empty.Parser, Limit);

    private static readonly GrpcHeader InNamespace = new("containerd-namespace", ContainerdEvents.CriNamespace);

    // That in which CRI keeps its images.
    private readonly string _snapshotter = ContainerdConfiguration.Snapshotter(host);
    private readonly GrpcConnection _connection = new(socketPath, time);

    public ImageFiles Files => new(ShowAsync, ForgetAsync);

    public void Dispose() => _connection.Dispose();

    private async ValueTask<ImageMount> ShowAsync(string image, string key, CancellationToken stop)
    {
        try
        {
            var request = new ViewSnapshotRequest { Snapshotter = _snapshotter, Key = key, Parent = await TopLayerOfAsync(image, stop) };
            request.Labels[KeptLabel] = time.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            return Mount((await _connection.CallAsync(View, request, stop, header: InNamespace)).Mounts);
        }
        catch (GrpcException failed) when (failed.Code == GrpcCode.AlreadyExists)
        {
            return Mount((await _connection.CallAsync(Mounts, new MountsRequest { Snapshotter = _snapshotter, Key = key }, stop, header: InNamespace)).Mounts);
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw CriConnection.Translate(failed);
        }
    }

    private async ValueTask ForgetAsync(string key, CancellationToken stop)
    {
        try
        {
            await _connection.CallAsync(Remove, new RemoveSnapshotRequest { Snapshotter = _snapshotter, Key = key }, stop, header: InNamespace);
        }
        catch (GrpcException failed) when (failed.Code == GrpcCode.NotFound)
        {
            // Gone already, or never there.
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw CriConnection.Translate(failed);
        }
    }

    // CRI tells it to whoever asks for more than it would say: {"chainID":"sha256:…",…}.
    private async ValueTask<string> TopLayerOfAsync(string image, CancellationToken stop)
    {
        var known = await _connection.CallAsync(CriMethods.ImageStatus, new ImageStatusRequest { Image = new ImageSpec { Image = image }, Verbose = true }, stop);
        if (known.Image is null)
        {
            throw new RuntimeException($"image \"{image}\" not found");
        }

        using var told = JsonDocument.Parse(known.Info.TryGetValue("info", out var text) ? text : "{}");
        return told.RootElement.TryGetProperty("chainID", out var chain) && chain.GetString() is { Length: > 0 } layer
            ? layer
            : throw new RuntimeException($"the runtime does not tell where the files of image \"{image}\" are");
    }

    private static ImageMount Mount(IReadOnlyList<SnapshotMount> mounts) => mounts is [var one]
        ? new ImageMount(one.Type, one.Source, [.. one.Options])
        : throw new RuntimeException($"the files of an image take {mounts.Count} mounts, of which one was expected");

    private static string Snapshots(string name) => "/containerd.services.snapshots.v1.Snapshots/" + name;
}
