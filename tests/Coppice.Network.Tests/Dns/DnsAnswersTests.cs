using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Dns;

namespace Coppice.Network.Tests.Dns;

public sealed class DnsAnswersTests
{
    private static readonly DnsZone Zone = new(
        "cluster.local",
        ["default", "empty"],
        [
            new("default", "web", [Ip("10.96.0.50")], null, [new("http", "tcp", 80), new("metrics", "tcp", 9090)], []),
            new("default", "db", [], null, [new("sql", "tcp", 5432)],
                [new(Ip("10.244.0.5"), "db-0", [new("sql", "tcp", 5432)]), new(Ip("10.244.0.6"), null, [new("sql", "tcp", 5433)])]),
            new("default", "nobody", [], null, [new("", "tcp", 80)], []),
            new("default", "outside", [], "www.example.org", [], []),
            new("default", "alias", [], "web.default.svc.cluster.local.", [], []),
            new("default", "circle", [], "circle.default.svc.cluster.local", [], []),
        ],
        [IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("10.244.0.0/16")]);

    private static IPAddress Ip(string text) => IPAddress.Parse(text);

    private static string Ask(string name, DnsType type = DnsType.A)
    {
        var answer = DnsAnswers.Answer(Zone, name, type);
        var records = string.Join("; ", answer.Records.Select(Show));
        if (answer.Forward is { } forward)
        {
            return $"{records}{(records.Length > 0 ? "; " : "")}ask others for {forward}";
        }

        return answer.Code != DnsCode.Ok ? answer.Code.ToString() : records.Length > 0 ? records : $"no data ({Show(answer.Authority.Single())})";
    }

    private static string Show(DnsRecord record) => record switch
    {
        AddressRecord r => $"{r.Type} {r.Address}",
        NameRecord r => $"{r.Type} {r.Target}",
        SrvRecord r => $"Srv {SrvRecord.Priority} {r.Weight} {r.Port} {r.Target}",
        TxtRecord r => $"Txt {r.Text}",
        _ => $"{record.Type} {record.Name}",
    };

    [Theory]
    [InlineData("web.default.svc.cluster.local", DnsType.A, "A 10.96.0.50")]
    [InlineData("web.default.svc.cluster.local", DnsType.Aaaa, "no data (Soa cluster.local)")]
    [InlineData("nothing.default.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("web.other.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("web.default.svc.cluster.local.default.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("www.example.org.default.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("default.svc.cluster.local", DnsType.A, "no data (Soa cluster.local)")]
    [InlineData("empty.svc.cluster.local", DnsType.A, "no data (Soa cluster.local)")]
    [InlineData("other.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("svc.cluster.local", DnsType.A, "no data (Soa cluster.local)")]
    [InlineData("cluster.local", DnsType.Soa, "Soa cluster.local")]
    [InlineData("cluster.local", DnsType.Ns, "Ns ns.dns.cluster.local")]
    [InlineData("web.cluster.local", DnsType.A, "NameError")]
    [InlineData("dns-version.cluster.local", DnsType.Txt, "Txt 1.1.0")]
    [InlineData("www.example.org", DnsType.A, "ask others for www.example.org")]
    [InlineData("local", DnsType.A, "ask others for local")]
    [InlineData("", DnsType.Ns, "ask others for ")]
    public void Names_of_services_and_what_is_around_them(string name, DnsType type, string expected) => Assert.Equal(expected, Ask(name, type));

    [Theory]
    [InlineData("db.default.svc.cluster.local", DnsType.A, "A 10.244.0.5; A 10.244.0.6")]
    [InlineData("db-0.db.default.svc.cluster.local", DnsType.A, "A 10.244.0.5")]
    [InlineData("10-244-0-6.db.default.svc.cluster.local", DnsType.A, "A 10.244.0.6")]
    [InlineData("10-244-0-5.db.default.svc.cluster.local", DnsType.A, "NameError")]
    [InlineData("nobody.default.svc.cluster.local", DnsType.A, "NameError")]
    public void A_headless_service_stands_for_its_endpoints(string name, DnsType type, string expected) => Assert.Equal(expected, Ask(name, type));

    [Theory]
    [InlineData("_http._tcp.web.default.svc.cluster.local", "Srv 0 100 80 web.default.svc.cluster.local")]
    [InlineData("_http._udp.web.default.svc.cluster.local", "NameError")]
    [InlineData("web.default.svc.cluster.local", "Srv 0 50 80 web.default.svc.cluster.local; Srv 0 50 9090 web.default.svc.cluster.local")]
    [InlineData("_sql._tcp.db.default.svc.cluster.local", "Srv 0 50 5432 db-0.db.default.svc.cluster.local; Srv 0 50 5433 10-244-0-6.db.default.svc.cluster.local")]
    public void Named_ports_have_srv_records(string name, string expected) => Assert.Equal(expected, Ask(name, DnsType.Srv));

    [Fact]
    public void The_name_server_has_the_address_of_the_service_of_DNS()
    {
        var zone = new DnsZone("cluster.local", [], [new("kube-system", "kube-dns", [Ip("10.96.0.10")], null, [new("dns", "udp", 53)], [])], []);
        Assert.Equal("A 10.96.0.10", Show(DnsAnswers.Answer(zone, "ns.dns.cluster.local", DnsType.A).Records.Single()));
    }

    [Fact]
    public void The_address_of_an_srv_target_comes_along()
    {
        Assert.Equal(
            [new AddressRecord("web.default.svc.cluster.local", Ip("10.96.0.50"))],
            DnsAnswers.Answer(Zone, "_http._tcp.web.default.svc.cluster.local", DnsType.Srv).Additional);
    }

    [Theory]
    [InlineData("outside.default.svc.cluster.local", DnsType.A, "Cname www.example.org; ask others for www.example.org")]
    [InlineData("outside.default.svc.cluster.local", DnsType.Cname, "Cname www.example.org")]
    [InlineData("alias.default.svc.cluster.local", DnsType.A, "Cname web.default.svc.cluster.local; A 10.96.0.50")]
    [InlineData("circle.default.svc.cluster.local", DnsType.A, "ServerFailure")]
    public void An_external_name_is_an_alias(string name, DnsType type, string expected) => Assert.Equal(expected, Ask(name, type));

    [Theory]
    [InlineData("10-244-0-77.default.pod.cluster.local", DnsType.A, "A 10.244.0.77")]
    [InlineData("10-244-0-77.default.pod.cluster.local", DnsType.Aaaa, "no data (Soa cluster.local)")]
    [InlineData("10-244-0-77.other.pod.cluster.local", DnsType.A, "NameError")]
    [InlineData("10-244-0.default.pod.cluster.local", DnsType.A, "NameError")]
    public void Pods_have_names_made_of_their_address(string name, DnsType type, string expected) => Assert.Equal(expected, Ask(name, type));

    [Theory]
    [InlineData("50.0.96.10.in-addr.arpa", "Ptr web.default.svc.cluster.local")]
    [InlineData("5.0.244.10.in-addr.arpa", "Ptr db-0.db.default.svc.cluster.local")]
    [InlineData("6.0.244.10.in-addr.arpa", "NameError")]
    [InlineData("99.0.96.10.in-addr.arpa", "NameError")]
    [InlineData("1.2.0.192.in-addr.arpa", "ask others for 1.2.0.192.in-addr.arpa")]
    [InlineData("96.10.in-addr.arpa", "ask others for 96.10.in-addr.arpa")]
    public void Addresses_have_reverse_names(string name, string expected) => Assert.Equal(expected, Ask(name, DnsType.Ptr));
}
