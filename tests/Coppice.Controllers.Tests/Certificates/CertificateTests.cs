using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.Controllers.Tests.Certificates;

public sealed class CertificateTests : IDisposable
{
    private const string Node = "O=system:nodes, CN=system:node:n";

    private static readonly string[] OfClient = [KeyUsage.ClientAuth, KeyUsage.DigitalSignature];

    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void What_was_approved_is_signed_for_what_was_asked()
    {
        Ask("a", SignerName.KubeApiServerClient, "O=dev, CN=jane", OfClient, seconds: 3600);
        Assert.True(Get("a").Status.Certificate.Bytes.IsEmpty);

        Decide("a", RequestConditionType.Approved);

        using var certificate = X509Certificate2.CreateFromPem(Get("a").Status.Certificate.ToText());
        Assert.Equal(("jane", "dev"), (CertificateSubject.Read(certificate.SubjectName)!.CommonName, CertificateSubject.Read(certificate.SubjectName)!.Organizations.Single()));
        Assert.Equal(_world.Authority.Certificate.SubjectName.RawData, certificate.IssuerName.RawData);
        Assert.InRange(certificate.NotAfter.ToUniversalTime() - _world.Clock.GetUtcNow(), TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(60));
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal("1.3.6.1.5.5.7.3.2", certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages[0].Value);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.VerificationTime = _world.Clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.Add(_world.Authority.Certificate);
        Assert.True(chain.Build(certificate));
    }

    [Fact]
    public void What_was_denied_or_is_another_signers_is_not_signed()
    {
        Ask("denied", SignerName.KubeApiServerClient, "CN=jane", OfClient);
        Decide("denied", RequestConditionType.Denied);
        Ask("other", "example.com/signer", "CN=jane", OfClient);
        Decide("other", RequestConditionType.Approved);

        Assert.True(Get("denied").Status.Certificate.Bytes.IsEmpty);
        Assert.True(Get("other").Status.Certificate.Bytes.IsEmpty);
    }

    [Theory]
    [InlineData(SignerName.KubeApiServerClient, "CN=a", KeyUsage.ServerAuth, "invalid usage for client certificate")]
    [InlineData(SignerName.KubeApiServerClient, "CN=a", KeyUsage.DigitalSignature, "missing required usage for client certificate")]
    [InlineData(SignerName.KubeletServing, "CN=system:node:n", KeyUsage.ServerAuth, "subject organization is not system:nodes")]
    [InlineData(SignerName.KubeletServing, "O=system:nodes, CN=n", KeyUsage.ServerAuth, "subject common name does not begin with system:node:")]
    [InlineData(SignerName.KubeletServing, Node, KeyUsage.ServerAuth, "DNS or IP subjectAltName is required")]
    [InlineData(SignerName.KubeApiServerClientKubelet, Node, KeyUsage.ClientAuth, "usages did not match [client auth digital signature]")]
    public void What_a_signer_must_not_sign_has_failed(string signer, string subject, string usage, string why)
    {
        Ask("a", signer, subject, [usage]);
        Decide("a", RequestConditionType.Approved);

        var failed = Get("a").Status.Conditions.Single(c => c.Type == RequestConditionType.Failed);
        Assert.Equal(("SignerValidationFailure", why), (failed.Reason, failed.Message));
        Assert.True(Get("a").Status.Certificate.Bytes.IsEmpty);
    }

    [Fact]
    public void A_nodes_server_certificate_bears_its_names()
    {
        Ask("a", SignerName.KubeletServing, Node, [KeyUsage.ServerAuth, KeyUsage.DigitalSignature], dns: "node.example");
        Decide("a", RequestConditionType.Approved);

        using var certificate = X509Certificate2.CreateFromPem(Get("a").Status.Certificate.ToText());
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["node.example"], names.EnumerateDnsNames());
        Assert.Equal([IPAddress.Loopback], names.EnumerateIPAddresses());
    }

    [Theory]
    [InlineData("selfnodeclient", "system:node:n", "Auto approving self kubelet client certificate after SubjectAccessReview.")]
    [InlineData("selfnodeclient", "system:node:other", null)]
    [InlineData("nodeclient", "system:bootstrap:abcdef", "Auto approving kubelet client certificate after SubjectAccessReview.")]
    [InlineData("", "system:node:n", null)]
    public void What_a_node_may_have_is_approved_by_itself(string right, string user, string? message)
    {
        _world.Allows = (who, wanted) => who.Username == user && wanted is { Verb: "create", Resource: "certificatesigningrequests" } && wanted.Subresource == right;
        Ask("a", SignerName.KubeApiServerClientKubelet, Node, OfClient, user: user, group: user.StartsWith("system:node:", StringComparison.Ordinal) ? "system:nodes" : "system:bootstrappers");

        Assert.Equal(message, Get("a").Status.Conditions.SingleOrDefault(c => c.Reason == "AutoApproved")?.Message);
        Assert.Equal(message is not null, !Get("a").Status.Certificate.Bytes.IsEmpty);
    }

    [Theory]
    [InlineData("n", "192.0.2.7", true)]
    [InlineData("other", "192.0.2.7", false)]
    [InlineData("n", "192.0.2.1", false)]
    [InlineData("n", "127.0.0.1", false)]
    public void A_nodes_endpoint_is_certified_under_its_own_name_and_no_other_nodes_address(string dns, string address, bool isApproved)
    {
        _world.Create(new Objects.Core.Node { Metadata = new() { Name = "first" } });
        _world.Api.SetStatus<Objects.Core.Node>("first", node => node with { Status = new() { Addresses = [new() { Type = "InternalIP", Address = "192.0.2.1" }] } });
        _world.Settle();
        Ask("a", SignerName.KubeletServing, Node, [KeyUsage.ServerAuth, KeyUsage.DigitalSignature], dns: dns, user: "system:node:n", address: address);

        Assert.Equal(isApproved, !Get("a").Status.Certificate.Bytes.IsEmpty);
    }

    [Theory]
    [InlineData("system:node:n", "system:nodes", "CN=system:kube-proxy", true)]
    [InlineData("system:node:n", "system:nodes", "CN=somebody", false)]
    [InlineData("system:node:n", "system:nodes", "O=system:authenticated, CN=system:kube-proxy", false)]
    [InlineData("system:node:n", "dev", "CN=system:kube-proxy", false)]
    [InlineData("jane", "dev", "CN=system:kube-proxy", false)]
    public void A_node_gets_certificates_for_the_components_beside_its_agent(string user, string group, string subject, bool isApproved)
    {
        Ask("a", SignerName.KubeApiServerClient, subject, OfClient, user: user, group: group);

        Assert.Equal(isApproved, !Get("a").Status.Certificate.Bytes.IsEmpty);
    }

    [Fact]
    public void Nobody_waits_for_ever()
    {
        Ask("pending", "example.com/signer", "CN=a", OfClient);
        Ask("denied", "example.com/signer", "CN=a", OfClient);
        Ask("approved", "example.com/signer", "CN=a", OfClient);
        Decide("denied", RequestConditionType.Denied);
        Decide("approved", RequestConditionType.Approved);

        _world.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(3, _world.Api.All<CertificateSigningRequest>().Count);
        _world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["approved", "pending"], _world.Api.All<CertificateSigningRequest>().Select(r => r.Metadata.Name));
        _world.Advance(TimeSpan.FromHours(23));
        Assert.Equal(["approved"], _world.Api.All<CertificateSigningRequest>().Select(r => r.Metadata.Name));
    }

    private CertificateSigningRequest Get(string name) => _world.Api.Get<CertificateSigningRequest>(name, "");

    private void Ask(string name, string signer, string subject, string[] usages, int? seconds = null, string? dns = null, string? user = null, string group = "system:nodes", string address = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (dns is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dns);
            names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
        }

        var asked = new CertificateSigningRequest
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                Request = new(Encoding.UTF8.GetBytes(request.CreateSigningRequestPem())),
                SignerName = signer,
                Usages = [.. usages],
                ExpirationSeconds = seconds,
            },
        };
        if (user is null)
        {
            _world.Create(asked);
            return;
        }

        var own = new ApiServer.InProcess.InProcessClient(_world.Api.Door.Verbs, Users.Of(user, group, Users.Masters));
        Assert.True(own.CreateAsync(asked, default).IsCompletedSuccessfully);
        _world.Settle();
    }

    private void Decide(string name, string type)
    {
        var item = Get(name);
        var decided = item with { Status = new() { Conditions = [new() { Type = type, Status = ConditionStatus.True }] } };
        var kind = BuiltInKinds.Of<CertificateSigningRequest>();
        Assert.True(_world.Api.Door.WriteAsync(kind, new ObjectWrite.Update(decided, "approval"), default).IsCompletedSuccessfully);
        _world.Settle();
    }
}
