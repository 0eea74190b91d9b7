using Coppice.Network.Netns;
using Coppice.Network.Netlink;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.PodNetwork;

/// <summary>
/// Looks after the networks of this node's pods: whether each still has its namespace, its address, its way out, and the node a way in.
/// The kernel tells of links, addresses and routes that go, in the pods' namespaces too; what it tells nobody, audits find.
/// </summary>
/// <param name="links">The networks that there should be, asked for anew each time.</param>
/// <param name="lost">Told of one that is not as it should be, and what is missing; again with every look.</param>
public sealed partial class PodNetworkWatch(Func<IReadOnlyList<PodLink>> links, Action<PodLink, string> lost, TimeProvider time, ILogger log)
{
    private const int ProtocolRoute = 0;
    private const int GroupLink = 1;
    private const int GroupAddress = 5;
    private const int GroupRoute = 7;
    private const int GroupAddressV6 = 9;
    private const int GroupRouteV6 = 11;

    private const int NewLink = 16;
    private const int LinkGone = 17;
    private const int AddressGone = 21;
    private const int RouteGone = 25;

    // That a namespace's mount goes, nobody tells. Whether all are there costs microseconds…
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    // …and a look into them, in case a message was missed, some more.
    private const int LooksPerAudit = 10;

    // A pod that ends tells of many things at once; they are looked at together.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _buffer = new byte[1 << 16];

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var thread = NamespaceThread.Start(null, "pod networks");
        using var socket = TryOpen();
        for (var looks = 1; !stop.IsCancellationRequested; looks++)
        {
            try
            {
                var isTold = await HearsOfLossAsync(socket, stop);
                var isDeep = isTold || looks % LooksPerAudit == 0;
                var there = links();
                foreach (var (link, missing) in await thread.RunAsync(() => PodNetworkCheck.Find(there, isDeep)))
                {
                    lost(link, missing);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                LogNotChecked(log, failed);
            }
        }
    }

    private static NetlinkSocket? TryOpen()
    {
        try
        {
            return NetlinkSocket.OpenForAllNamespaces(ProtocolRoute, GroupLink, GroupAddress, GroupRoute, GroupAddressV6, GroupRouteV6);
        }
        catch (IOException)
        {
            // The audits go on.
            return null;
        }
    }

    /// <summary>Waits, at most as long as the time between looks. True if something is gone that may be a pod's.</summary>
    private async ValueTask<bool> HearsOfLossAsync(NetlinkSocket? socket, CancellationToken stop)
    {
        using var period = new CancellationTokenSource(LookPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(period.Token, stop);
        try
        {
            await (socket?.WaitAsync(either.Token).AsTask() ?? Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }

        await Task.Delay(Settling, time, stop);
        var isTold = false;
        while (socket!.TryReceive(_buffer, out var length))
        {
            isTold |= length < 0;
            foreach (var message in new NetlinkMessages(_buffer.AsSpan(0, Math.Max(length, 0))))
            {
                isTold |= message.Type is NewLink or LinkGone or AddressGone or RouteGone;
            }
        }

        return isTold;
    }

    [LoggerMessage(4101, LogLevel.Error, "CNI: the networks of pods could not be checked, which is tried again")]
    private static partial void LogNotChecked(ILogger log, Exception e);
}
