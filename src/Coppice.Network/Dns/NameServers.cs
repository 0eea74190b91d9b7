using System.Net;

namespace Coppice.Network.Dns;

/// <summary>
/// The node's own name servers, from its resolv.conf; read anew when the file changes. Those that are ourselves are left out:
/// asking them would ask us again, for ever.
/// </summary>
/// <param name="isOurs">Whether an address leads back to this server.</param>
public sealed class NameServers(string file, Func<IPAddress, bool> isOurs)
{
    private volatile Known _known = new(default, []);

    /// <summary>In the order of the file; empty if there is no file or nobody in it.</summary>
    public IReadOnlyList<IPEndPoint> Current()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(file);
            if (_known.Written != written)
            {
                _known = new Known(written, Read(File.ReadAllLines(file), isOurs));
            }
        }
        catch (IOException)
        {
            // It is being replaced: what was known still holds.
        }

        return _known.Servers;
    }

    internal static IReadOnlyList<IPEndPoint> Read(IEnumerable<string> lines, Func<IPAddress, bool> isOurs) =>
    [
        .. lines
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null)
            .OfType<IPAddress>()
            .Where(address => !isOurs(address))
            .Distinct()
            .Select(address => new IPEndPoint(address, 53)),
    ];

    private sealed record Known(DateTime Written, IReadOnlyList<IPEndPoint> Servers);
}
