using System.Globalization;
using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.PortForwarding;

/// <summary>What a forwarded stream's headers say it is.</summary>
/// <param name="RequestId">The same for the two streams of one connection.</param>
internal sealed record StreamIdentity(bool IsData, int Port, string RequestId)
{
    /// <summary>Null when the headers make no sense.</summary>
    public static StreamIdentity? Read(SpdyStream stream)
    {
        var type = stream.Headers.GetValueOrDefault("streamType");
        if (type is not ("data" or "error"))
        {
            return null;
        }

        if (!int.TryParse(stream.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        if (port is < 1 or > 65535)
        {
            return null;
        }

        var isData = type == "data";
        // Clients older than the request's number open the error stream and then, as the next one, the data stream.
        var id = stream.Headers.GetValueOrDefault("requestID")
            ?? (isData ? stream.Id - 2 : stream.Id).ToString(CultureInfo.InvariantCulture);
        return new StreamIdentity(isData, port, id);
    }
}
