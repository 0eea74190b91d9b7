using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Node.Pressure;

/// <summary>How much there is on this machine of what nodes get short of.</summary>
/// <param name="imageSpace">The room on the file system with the images; null while nobody knows.</param>
public sealed class MachineRoom(string dataDirectory, Func<CancellationToken, ValueTask<FileSystemSpace?>> imageSpace, Func<ProcessRoom?> processes)
{
    public async ValueTask<IReadOnlyList<SignalReading>> ReadAsync(CancellationToken stop) =>
    [
        new(EvictionSignal.Memory, MemoryInfo.Of("MemAvailable"), MemoryInfo.Of("MemTotal")),
        .. OfDisks(FileSystemSpace.Of(dataDirectory), await ImagesAsync(stop)),
        .. processes() is { } room ? (SignalReading[])[new(EvictionSignal.Processes, room.Available, room.Max)] : [],
    ];

    /// <summary>Images that are on the same file system as the rest are no disk of their own.</summary>
    public static IEnumerable<SignalReading> OfDisks(FileSystemSpace? node, FileSystemSpace? images)
    {
        if (node is not null)
        {
            yield return new(EvictionSignal.NodeDisk, node.AvailableBytes, node.CapacityBytes);
            yield return new(EvictionSignal.NodeInodes, node.FilesFree, node.Files);
        }

        if (images is not null && images.Device != node?.Device)
        {
            yield return new(EvictionSignal.ImageDisk, images.AvailableBytes, images.CapacityBytes);
            yield return new(EvictionSignal.ImageInodes, images.FilesFree, images.Files);
        }
    }

    private async ValueTask<FileSystemSpace?> ImagesAsync(CancellationToken stop)
    {
        try
        {
            return await imageSpace(stop);
        }
        catch (RuntimeException)
        {
            // It is starting or away; of its disk nothing is known meanwhile.
            return null;
        }
    }
}
