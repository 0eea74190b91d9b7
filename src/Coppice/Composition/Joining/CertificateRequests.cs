using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.Composition.Joining;

/// <summary>Asks the cluster for certificates, for keys that are made here and stay here.</summary>
internal sealed class CertificateRequests(IApiClient api, TimeProvider time)
{
    // Nobody decides by hand: what is approved at all is approved at once, but the server may have much to do.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <param name="groups">The organisations of the subject.</param>
    /// <exception cref="JoinException">It was refused, or nobody decided in time.</exception>
    public Task<X509Certificate2> ForClientAsync(string signer, string user, IReadOnlyList<string> groups, CancellationToken stop) =>
        RequestAsync(signer, user, groups, null, KeyUsage.ClientAuth, stop);

    /// <summary>For a node's own endpoint, under the node's name and address.</summary>
    public Task<X509Certificate2> ForServerAsync(string user, IReadOnlyList<string> groups, string name, IPAddress address, CancellationToken stop)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(address);
        return RequestAsync(SignerName.KubeletServing, user, groups, names.Build(), KeyUsage.ServerAuth, stop);
    }

    private async Task<X509Certificate2> RequestAsync(
        string signer, string user, IReadOnlyList<string> groups, X509Extension? names, string usage, CancellationToken stop)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var group in groups)
        {
            subject.AddOrganizationName(group);
        }

        subject.AddCommonName(user);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        var asked = await api.CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new() { GenerateName = "csr-" },
                Spec = new()
                {
                    Request = new(Encoding.UTF8.GetBytes(request.CreateSigningRequestPem())),
                    SignerName = signer,
                    Usages = [KeyUsage.DigitalSignature, usage],
                },
            },
            stop);
        var signed = await SignedAsync(ObjectKey.Of(asked), $"{signer} of {user}", stop);
        using var certificate = X509Certificate2.CreateFromPem(signed);
        return certificate.CopyWithPrivateKey(key);
    }

    private async Task<string> SignedAsync(ObjectKey key, string what, CancellationToken stop)
    {
        for (var end = time.GetUtcNow() + Patience; time.GetUtcNow() < end; await Task.Delay(LookEvery, time, stop))
        {
            var status = (await api.FindAsync<CertificateSigningRequest>(key, stop))?.Status
                ?? throw new JoinException($"the request for a certificate ({what}) was deleted before it was signed");
            if (!status.Certificate.Bytes.IsEmpty)
            {
                return Encoding.UTF8.GetString(status.Certificate.Bytes.Span);
            }

            if (status.Conditions.FirstOrDefault(c => c.Type is RequestConditionType.Denied or RequestConditionType.Failed) is { } refused)
            {
                throw new JoinException($"the request for a certificate ({what}) was refused: {refused.Message}");
            }
        }

        throw new JoinException($"nobody approved the request for a certificate {key.Name} ({what}) within {Patience.TotalSeconds:0} s: \"kubectl get csr {key.Name}\" tells how it is");
    }
}

/// <summary>A machine cannot become, or stay, a node of a cluster. The message says why and what to do.</summary>
internal sealed class JoinException(string message, Exception? inner = null) : Exception(message, inner);
