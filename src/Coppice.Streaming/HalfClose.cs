using System.Net.Sockets;

namespace Coppice.Streaming;

/// <summary>A duplex stream whose writing side can end while the reading side goes on.</summary>
public interface IHalfClosable
{
    /// <summary>Tells the other end that nothing more will be written. Does nothing when it was told before, or is gone.</summary>
    ValueTask CompleteWritesAsync(CancellationToken stop);
}

internal static class HalfClose
{
    /// <summary>Ends the writing side of a stream, if it is of a kind that can; a write-only pipe would be disposed of instead.</summary>
    public static async ValueTask CompleteWritesAsync(Stream stream, CancellationToken stop)
    {
        try
        {
            switch (stream)
            {
                case IHalfClosable closable:
                    await closable.CompleteWritesAsync(stop);
                    break;
                case NetworkStream network:
                    network.Socket.Shutdown(SocketShutdown.Send);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The other end has gone, and knows.
        }
    }
}
