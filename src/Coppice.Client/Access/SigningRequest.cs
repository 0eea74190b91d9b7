using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Coppice.Client;

/// <summary>What a request for a certificate (PKCS#10) says of who is to have it.</summary>
public sealed record SigningRequest(X500DistinguishedName Name, PublicKey PublicKey, CertificateSubject Subject)
{
    private const string Label = "CERTIFICATE REQUEST";

    private const string AlternativeNamesId = "2.5.29.17";

    // The kinds of name in the extension, by RFC 5280.
    private static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Ip = new(TagClass.ContextSpecific, 7);

    /// <summary>What else than its name the owner of the certificate is called; null for nothing.</summary>
    public X509Extension? AlternativeNames { get; private init; }

    public IReadOnlyList<string> Emails { get; private init; } = [];

    public IReadOnlyList<string> DnsNames { get; private init; } = [];

    public IReadOnlyList<string> Uris { get; private init; } = [];

    public IReadOnlyList<IPAddress> Addresses { get; private init; } = [];

    /// <summary>Reads a request and holds its signature against its key.</summary>
    /// <exception cref="CryptographicException">It is none, or was not signed with the key that it is for.</exception>
    public static SigningRequest Read(ReadOnlySpan<byte> pem)
    {
        var text = Encoding.UTF8.GetString(pem);
        if (!PemEncoding.TryFind(text, out var found) || !text.AsSpan()[found.Label].SequenceEqual(Label))
        {
            throw new CryptographicException($"PEM block type must be {Label}");
        }

        try
        {
            var request = CertificateRequest.LoadSigningRequest(
                Convert.FromBase64String(text[found.Base64Data]),
                HashAlgorithmName.SHA256,
                CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions,
                RSASignaturePadding.Pkcs1);
            var subject = CertificateSubject.Read(request.SubjectName) ?? throw new CryptographicException("the subject cannot be read");
            var names = request.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNamesId);
            var read = new SigningRequest(request.SubjectName, request.PublicKey, subject);
            return names is null ? read : (read with { AlternativeNames = names }).With(names.RawData);
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or NotSupportedException or FormatException)
        {
            throw new CryptographicException(e.Message, e);
        }
    }

    private SigningRequest With(byte[] names)
    {
        List<string> emails = [], dns = [], uris = [];
        List<IPAddress> addresses = [];
        var sequence = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var tag = sequence.PeekTag();
            if (tag == Ip)
            {
                addresses.Add(new IPAddress(sequence.ReadOctetString(Ip)));
                continue;
            }

            var texts = tag == Email ? emails : tag == Dns ? dns : tag == Uri ? uris : null;
            if (texts is null)
            {
                sequence.ReadEncodedValue();
            }
            else
            {
                texts.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            }
        }

        return this with { Emails = emails, DnsNames = dns, Uris = uris, Addresses = addresses };
    }
}
