using System.Net;

namespace Coppice.Network.Dns;

/// <summary>A record of an answer. Names are in lower case and without the final dot.</summary>
public abstract record DnsRecord(string Name, DnsType Type);

public sealed record AddressRecord(string Name, IPAddress Address)
    : DnsRecord(Name, Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa);

/// <summary>A record that holds one name: CNAME, PTR or NS.</summary>
public sealed record NameRecord(string Name, DnsType Type, string Target) : DnsRecord(Name, Type);

public sealed record SrvRecord(string Name, int Weight, int Port, string Target) : DnsRecord(Name, DnsType.Srv)
{
    public const int Priority = 0;
}

public sealed record TxtRecord(string Name, string Text) : DnsRecord(Name, DnsType.Txt);

public sealed record SoaRecord(string Name) : DnsRecord(Name, DnsType.Soa);

/// <summary>What the cluster's zone says to a question.</summary>
/// <param name="Forward">
/// A name outside the cluster that has to be asked of others: the question's own (then there are no records), or what a CNAME
/// among the records leads to. Null if the answer is complete.
/// </param>
public sealed record DnsAnswer(
    DnsCode Code, IReadOnlyList<DnsRecord> Records, IReadOnlyList<DnsRecord> Authority, IReadOnlyList<DnsRecord> Additional, string? Forward = null)
{
    public static DnsAnswer Of(DnsCode code) => new(code, [], [], []);
}
