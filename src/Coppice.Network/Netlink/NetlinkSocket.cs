using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coppice.Network.Netlink;

/// <summary>
/// Speaks with the kernel about the network namespace of the thread that opens it: hears of changes, or asks for one. What comes is to
/// be taken with <see cref="TryReceive"/> by one thread; <see cref="WaitAsync"/> may be used beside it.
/// </summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int FamilyNetlink = 16;
    private const int TypeRaw = 3;
    private const int CloseOnExec = 0x80000;
    private const int LevelSocket = 1;
    private const int ReceiveBufferForce = 33;
    private const int LevelNetlink = 270;
    private const int AddMembership = 1;
    private const int ListenAllNamespaces = 8;
    private const int IsRequest = 1;
    private const int WantsAnswer = 4;
    private const int AnswerBytesMax = 1024;

    // A change of thousands of rules is told at once; the kernel takes memory for what is there, not for what might be.
    private const int ReceiveBufferBytes = 16 << 20;

    private readonly Socket _socket;
    private readonly byte[] _peeked = new byte[1];
    private volatile bool _hasMissed;

    private NetlinkSocket(Socket socket) => _socket = socket;

    /// <param name="protocol">NETLINK_ROUTE, NETLINK_NETFILTER, …</param>
    /// <param name="groups">The groups of messages to hear, by number.</param>
    /// <exception cref="IOException">The kernel has no such thing, or this process may not hear it.</exception>
    public static NetlinkSocket Open(int protocol, params ReadOnlySpan<int> groups) => Open(protocol, hearsAll: false, groups);

    /// <summary>The same, and of the namespaces too that this one has links into.</summary>
    /// <exception cref="IOException">The kernel has no such thing, or this process may not hear it.</exception>
    public static NetlinkSocket OpenForAllNamespaces(int protocol, params ReadOnlySpan<int> groups) => Open(protocol, hearsAll: true, groups);

    private static NetlinkSocket Open(int protocol, bool hearsAll, ReadOnlySpan<int> groups)
    {
        var descriptor = NewSocket(FamilyNetlink, TypeRaw | CloseOnExec, protocol);
        if (descriptor < 0)
        {
            throw new IOException($"no netlink socket can be made: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            Span<byte> address = stackalloc byte[12];
            address.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(address, FamilyNetlink);
            Check(Bind(descriptor, address, address.Length));
            foreach (var group in groups)
            {
                Check(SetOption(descriptor, LevelNetlink, AddMembership, group, sizeof(int)));
            }

            if (hearsAll)
            {
                Check(SetOption(descriptor, LevelNetlink, ListenAllNamespaces, 1, sizeof(int)));
            }

            // Refused to who is not root: then more is missed, and said to be.
            _ = SetOption(descriptor, LevelSocket, ReceiveBufferForce, ReceiveBufferBytes, sizeof(int));
            return new NetlinkSocket(new Socket(handle) { Blocking = false });
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a change, of a socket that hears of none. The kernel has done it, or refused it, when this returns.</summary>
    /// <param name="type">RTM_NEWADDR, …</param>
    /// <param name="flags">NLM_F_CREATE, …; that it is a request with an answer goes without saying.</param>
    /// <returns>0, or the number of the error (errno).</returns>
    public int Ask(int type, int flags, ReadOnlySpan<byte> body)
    {
        var message = new byte[NetlinkMessages.HeaderLength + body.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), (ushort)type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(flags | IsRequest | WantsAnswer));
        body.CopyTo(message.AsSpan(NetlinkMessages.HeaderLength));
        _socket.Send(message);

        // The kernel answers before it takes the next.
        var answer = new byte[AnswerBytesMax];
        foreach (var one in new NetlinkMessages(answer.AsSpan(0, _socket.Receive(answer))))
        {
            return -MemoryMarshal.Read<int>(one.Body);
        }

        throw new IOException("the kernel did not answer");
    }

    /// <summary>Completes when there is something to take, or something was missed.</summary>
    public async ValueTask WaitAsync(CancellationToken stop)
    {
        try
        {
            await _socket.ReceiveAsync(_peeked, SocketFlags.Peek, stop);
        }
        catch (SocketException)
        {
            // Something was missed. The kernel says so once, and has; who takes next is told.
            _hasMissed = true;
        }
    }

    /// <summary>Takes what came with one message or several, without waiting; false if there is nothing.</summary>
    /// <param name="length">Of what is in the buffer now; -1 if something was missed.</param>
    public bool TryReceive(byte[] buffer, out int length)
    {
        if (_hasMissed)
        {
            (_hasMissed, length) = (false, -1);
            return true;
        }

        try
        {
            length = _socket.Receive(buffer);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            length = 0;
            return false;
        }
        catch (SocketException)
        {
            length = -1;
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new IOException($"the kernel's messages cannot be heard: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NewSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int descriptor, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int option, in int value, int length);
}
