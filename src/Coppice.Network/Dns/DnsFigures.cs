using Coppice.Client.Metrics;

namespace Coppice.Network.Dns;

/// <summary>What was asked and answered, under CoreDNS' names.</summary>
internal sealed class DnsFigures(TimeProvider time)
{
    private const int CodeAt = 3;

    private readonly Counts<(string Proto, string Type)> _requests = new();
    private readonly Counts<string> _responses = new();
    private readonly Histogram _durations = new(Histogram.Doubling(0.00025, 16));

    /// <param name="answer">Null for silence.</param>
    /// <param name="since">A timestamp.</param>
    public void Note(ReadOnlyMemory<byte> question, byte[]? answer, bool byTcp, long since)
    {
        var type = DnsQuery.Parse(question.Span, out _)?.Type;
        _requests.Add((byTcp ? "tcp" : "udp", type is { } known && Enum.IsDefined(known) ? known.ToString().ToUpperInvariant() : "other"));
        if (answer is not null)
        {
            _responses.Add(NameOf((DnsCode)(answer[CodeAt] & 15)));
            _durations.Observe(time.GetElapsedTime(since));
        }
    }

    public void WriteTo(MetricsText text)
    {
        (string, string) server = ("server", "dns://:53"), zone = ("zone", ".");
        var requests = text.Counter("coredns_dns_requests_total", "Counter of DNS requests made per zone, protocol and family.");
        foreach (var ((proto, type), count) in _requests.All)
        {
            requests.Sample(count, null, ("family", "1"), ("proto", proto), server, ("type", type), ("view", ""), zone);
        }

        var responses = text.Counter("coredns_dns_responses_total", "Counter of response status codes.");
        foreach (var (code, count) in _responses.All)
        {
            responses.Sample(count, null, ("plugin", ""), ("rcode", code), server, ("view", ""), zone);
        }

        _durations.WriteTo(text.Histogram("coredns_dns_request_duration_seconds", "Histogram of the time (in seconds) each request took per zone."), server, ("view", ""), zone);
    }

    private static string NameOf(DnsCode code) => code switch
    {
        DnsCode.Ok => "NOERROR",
        DnsCode.FormatError => "FORMERR",
        DnsCode.ServerFailure => "SERVFAIL",
        DnsCode.NameError => "NXDOMAIN",
        DnsCode.NotImplemented => "NOTIMP",
        DnsCode.Refused => "REFUSED",
        _ => "other",
    };
}
