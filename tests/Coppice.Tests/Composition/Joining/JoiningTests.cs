using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Composition.Joining;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Tests.Composition.Joining;

public sealed class JoiningTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void A_token_names_the_authority_that_it_was_made_under()
    {
        using var one = Authority();
        using var other = Authority();
        var token = JoinToken.Make(one);

        Assert.Equal(token, JoinToken.TryParse(token.ToString()));
        Assert.Equal(JoinToken.HashOf(one), token.AuthorityHash);
        Assert.NotEqual(JoinToken.HashOf(other), token.AuthorityHash);
        Assert.Matches(@"\A[a-z0-9]{6}\.[a-z0-9]{16}\z", token.Bearer);
        Assert.NotEqual(token.Bearer, JoinToken.Make(one).Bearer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcdef.0123456789abcdef")]
    [InlineData("abcde.0123456789abcdef.HASH")]
    [InlineData("abcdef.0123456789abcde.HASH")]
    [InlineData("ABCDEF.0123456789abcdef.HASH")]
    [InlineData("abcdef.0123456789abcdef.HASH0")]
    [InlineData("abcdef.0123456789abcdef.HASH\n")]
    public void What_is_no_token_is_none(string text) => Assert.Null(JoinToken.TryParse(text.Replace("HASH", Hash, StringComparison.Ordinal)));

    [Fact]
    public async Task What_a_cluster_publishes_is_what_a_machine_reads()
    {
        using var authority = Authority();
        var settings = new ClusterSettings(new(IPNetwork.Parse("10.50.0.0/16"), IPNetwork.Parse("10.60.0.0/16")), PortRange.Parse("31000-31999"), "corp.example");
        var api = new InProcessClient(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "system:apiserver");
        await ClusterBootstrap.EnsureNamespacesAsync(api, default);
        await PublishedCluster.WriteAsync(api, new(IPAddress.Parse("192.0.2.10"), 6443), authority.ExportCertificatePem(), settings, default);

        Assert.Equal(settings, PublishedCluster.ReadSettings((await api.FindAsync<ConfigMap>(PublishedCluster.Settings, default))!));
        using var read = X509Certificate2.CreateFromPem(PublishedCluster.ReadAuthority((await api.FindAsync<ConfigMap>(PublishedCluster.Info, default))!));
        Assert.Equal(authority.RawData, read.RawData);
    }

    [Theory]
    [InlineData("service-range", "10.50.0.0", "service-range 10.50.0.0 is no range")]
    [InlineData("pod-range", "", "it lacks pod-range")]
    public void Settings_that_cannot_be_used_are_named(string name, string value, string why)
    {
        var good = ValueMap.Of(("cluster-domain", "cluster.local"), ("node-port-range", "30000-32767"), ("pod-range", "10.244.0.0/16"), ("service-range", "10.96.0.0/16"));

        Assert.StartsWith(why, Assert.Throws<FormatException>(() => PublishedCluster.ReadSettings(new ConfigMap { Data = good.With(name, value) })).Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
