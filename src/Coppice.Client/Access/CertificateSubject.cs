using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Coppice.Client;

/// <summary>
/// What a certificate's subject says of a user. A name may have several parts in one place, may be given twice (the last one counts), and
/// its texts may be in any of the forms that certificates have had.
/// </summary>
/// <param name="CommonName">Empty for none.</param>
/// <param name="Uid">Empty for none.</param>
public sealed record CertificateSubject(string CommonName, IReadOnlyList<string> Organizations, string Uid)
{
    private const string CommonNameId = "2.5.4.3";
    private const string OrganizationId = "2.5.4.10";

    // Kubernetes' own, for a user's uid.
    private const string UidId = "1.3.6.1.4.1.57683.2";

    /// <summary>Null for a subject that cannot be read, or that has more than one uid, or an empty one.</summary>
    public static CertificateSubject? Read(X500DistinguishedName name)
    {
        try
        {
            var common = "";
            var organizations = new List<string>();
            var uids = new List<string>();
            var places = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
            while (places.HasData)
            {
                // Old software wrote the parts of one place in any order.
                var parts = places.ReadSetOf(skipSortOrderValidation: true);
                while (parts.HasData)
                {
                    var part = parts.ReadSequence();
                    var id = part.ReadObjectIdentifier();
                    if (id is not (CommonNameId or OrganizationId or UidId))
                    {
                        continue;
                    }

                    var text = part.ReadCharacterString((UniversalTagNumber)part.PeekTag().TagValue);
                    common = id == CommonNameId ? text : common;
                    (id == OrganizationId ? organizations : id == UidId ? uids : null)?.Add(text);
                }
            }

            return uids is [] or [not ""] ? new(common, organizations, uids.FirstOrDefault() ?? "") : null;
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            return null;
        }
    }
}
