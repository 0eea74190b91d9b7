using Coppice.Network.Netlink;
using Coppice.Network.Netns;

namespace Coppice.Network.NodeRoutes;

/// <summary>Hears when the kernel lets go of links, addresses or routes of this machine, or has a link again: ways may have to be made anew.</summary>
internal static class RouteWatch
{
    private const int GroupLink = 1;
    private const int GroupAddress = 5;
    private const int GroupRoute = 7;
    private const int GroupAddressV6 = 9;
    private const int GroupRouteV6 = 11;

    private const int NewLink = 16;
    private const int LinkGone = 17;
    private const int NewAddress = 20;
    private const int AddressGone = 21;
    private const int RouteGone = 25;

    // struct ifinfomsg, then attributes; struct rtmsg and ifaddrmsg have the length of the prefix at the same place.
    private const int LinkAttributesAt = 16;
    private const int NameAttribute = 3;
    private const int LengthAt = 1;
    private const int WholeAddress = 32;
    private const int WholeAddressV6 = 128;
    private const byte InternetV6 = 10;

    // A link that goes takes its addresses and routes with it; all of it is told at once.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs until stopped.</summary>
    /// <exception cref="IOException">The kernel does not let us hear.</exception>
    public static async Task RunAsync(NamespaceThread thread, Action wake, TimeProvider time, CancellationToken stop)
    {
        using var socket = await thread.RunAsync(() => NetlinkSocket.Open(RouteMessages.Protocol, GroupLink, GroupAddress, GroupRoute, GroupAddressV6, GroupRouteV6));
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                await socket.WaitAsync(stop);
                await Task.Delay(Settling, time, stop);
                if (HearsOfChange(socket, buffer))
                {
                    wake();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static bool HearsOfChange(NetlinkSocket socket, byte[] buffer)
    {
        var isTold = false;
        while (socket.TryReceive(buffer, out var length))
        {
            // Something was missed.
            isTold |= length < 0;
            foreach (var message in new NetlinkMessages(buffer.AsSpan(0, Math.Max(length, 0))))
            {
                isTold |= IsNews(message);
            }
        }

        return isTold;
    }

    // Pods come and go: theirs are links called veth…, and routes and addresses of one address alone.
    private static bool IsNews(NetlinkMessage message) => message.Type switch
    {
        NewLink or LinkGone => message.Body.Length > LinkAttributesAt
            && !NetlinkAttributes.Find(message.Body[LinkAttributesAt..], NameAttribute).StartsWith("veth"u8),
        NewAddress or AddressGone or RouteGone => message.Body.Length > LengthAt && message.Body[LengthAt] < (message.Body[0] == InternetV6 ? WholeAddressV6 : WholeAddress),
        _ => false,
    };
}
