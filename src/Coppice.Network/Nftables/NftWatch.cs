using System.Text;
using Coppice.Network.Netlink;

namespace Coppice.Network.Nftables;

/// <summary>
/// Hears of every change of the kernel's nftables, and knows those of our table that are not ours. One thread takes what came, the same
/// that makes our own changes: the kernel has told of a change before the call that made it returns, so what is there right after is
/// ours.
/// </summary>
internal sealed class NftWatch(NetlinkSocket socket, NftFamily family, string table) : IDisposable
{
    private const int ProtocolNetfilter = 12;
    private const int GroupNftables = 7;
    private const int SubsystemNftables = 10;
    private const int NewGeneration = 15;

    // After the family, version and resource that begin each message of netfilter.
    private const int AttributesAt = 4;
    private const int TableAttribute = 1;
    private const int ProgramAttribute = 3;

    // The kernel's numbers of the families, which begin each message of netfilter.
    private const byte Internet = 2;
    private const byte InternetV6 = 10;

    private const string Somebody = "somebody";

    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly byte[] _table = Encoding.ASCII.GetBytes(table);

    // Who has touched our table in a change that has not ended yet: its end may come only the next time.
    private uint? _toucher;

    private readonly byte _family = (byte)(family == NftFamily.V6 ? InternetV6 : Internet);

    /// <summary>Of the network namespace of the calling thread; null where the kernel does not let us.</summary>
    public static NftWatch? TryOpen(NftFamily family, string table)
    {
        try
        {
            return new NftWatch(NetlinkSocket.Open(ProtocolNetfilter, GroupNftables), family, table);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public ValueTask WaitAsync(CancellationToken stop) => socket.WaitAsync(stop);

    /// <summary>Takes what came since the last time, none of which is ours. Which program changed our table; null if none did.</summary>
    public string? TakeOfOthers()
    {
        var changes = Take(out var hasMissed);
        return changes.Count > 0 ? changes[0].Program : hasMissed ? Somebody : null;
    }

    /// <summary>Takes what came of a change that we made this moment. Whether somebody else changed our table meanwhile.</summary>
    public bool TakeOfOurs()
    {
        // What a change of ours is too large to be told of is no sign of another's; the next audit looks at what there is.
        return Take(out _).Select(change => change.Sender).Distinct().Count() > 1;
    }

    public void Dispose() => socket.Dispose();

    private List<Change> Take(out bool hasMissed)
    {
        var changes = new List<Change>();
        hasMissed = false;
        while (socket.TryReceive(_buffer, out var length))
        {
            if (length < 0)
            {
                hasMissed = true;
                continue;
            }

            foreach (var message in new NetlinkMessages(_buffer.AsSpan(0, length)))
            {
                if (message.Type >> 8 != SubsystemNftables || message.Body.Length < AttributesAt)
                {
                    continue;
                }

                var attributes = message.Body[AttributesAt..];
                if ((message.Type & 0xFF) != NewGeneration)
                {
                    _toucher = message.Body[0] == _family && Trimmed(NetlinkAttributes.Find(attributes, TableAttribute)).SequenceEqual(_table) ? message.Sender : _toucher;
                }
                else if (_toucher is { } sender)
                {
                    // It ends a change, and says whose it was.
                    changes.Add(new Change(sender, Text(NetlinkAttributes.Find(attributes, ProgramAttribute))));
                    _toucher = null;
                }
            }
        }

        return changes;
    }

    private static string Text(ReadOnlySpan<byte> value) => Trimmed(value) is { Length: > 0 } name ? Encoding.UTF8.GetString(name) : Somebody;

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> value) => value.TrimEnd((byte)0);

    /// <param name="Sender">The port of the netlink socket that it came by.</param>
    private readonly record struct Change(uint Sender, string Program);
}
