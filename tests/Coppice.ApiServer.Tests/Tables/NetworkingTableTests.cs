using Coppice.ApiServer.Tests.Validation;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Tests.Tables;

public sealed class NetworkingTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private const string Meta = "\"metadata\":{\"name\":\"web\",\"creationTimestamp\":\"2026-03-01T11:58:30Z\"}";

    [Fact]
    public void An_ingress_shows_its_hosts_and_where_it_is()
    {
        Assert.Equal<object>(["web", "<none>", "*", "", "80", "90s"], Cells<Ingress>("{}"));
        Assert.Equal<object>(
            ["web", "nginx", "a.example,b.example,c.example + 1 more...", "10.0.0.1,lb.example", "80, 443", "90s"],
            Cells<Ingress>(
                """{"ingressClassName":"nginx","rules":[{"host":"a.example"},{"host":"b.example"},{"host":"c.example"},{"host":"d.example"}],"tls":[{}]}""",
                """{"loadBalancer":{"ingress":[{"hostname":"lb.example"},{"ip":"10.0.0.1"}]}}"""));
    }

    [Fact]
    public void The_other_kinds_show_what_they_are_about()
    {
        Assert.Equal<object>(["web", "a.example/c", "<none>", "90s"], Cells<IngressClass>("""{"controller":"a.example/c"}"""));
        Assert.Equal<object>(
            ["web", "a.example/c", "K.a.example/n", "90s"],
            Cells<IngressClass>("""{"controller":"a.example/c","parameters":{"apiGroup":"a.example","kind":"K","name":"n"}}"""));
        Assert.Equal<object>(["web", "<none>", "90s"], Cells<NetworkPolicy>("{}"));
        Assert.Equal<object>(["web", "app=web", "90s"], Cells<NetworkPolicy>("""{"podSelector":{"matchLabels":{"app":"web"}}}"""));
        Assert.Equal<object>(["web", "10.0.0.0/24,2001:db8::/64", "90s"], Cells<ServiceCIDR>("""{"cidrs":["10.0.0.0/24","2001:db8::/64"]}"""));
        Assert.Equal<object>(["web", "<none>", "90s"], Cells<IPAddress>("{}"));
        Assert.Equal<object>(
            ["web", "services/default/kubernetes", "90s"],
            Cells<IPAddress>("""{"parentRef":{"resource":"services","namespace":"default","name":"kubernetes"}}"""));
        Assert.Equal<object>(
            ["web", "gateways.a.example/g", "90s"], Cells<IPAddress>("""{"parentRef":{"group":"a.example","resource":"gateways","name":"g"}}"""));
    }

    private static IReadOnlyList<object> Cells<T>(string spec, string status = "{}") where T : KubernetesObject =>
        Served.Cells(Causes.Read<T>($$"""{{{Meta}},"spec":{{spec}},"status":{{status}}}"""), Now);
}
