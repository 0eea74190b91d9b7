using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Coppice.Client;

namespace Coppice.ApiServer.Tests.Authentication;

public sealed class CertificateSubjectTests
{
    private const string Name = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string Uid = "1.3.6.1.4.1.57683.2";

    public static TheoryData<UniversalTagNumber> Forms => [UniversalTagNumber.UTF8String, UniversalTagNumber.BMPString, UniversalTagNumber.PrintableString, UniversalTagNumber.T61String, UniversalTagNumber.IA5String];

    [Fact]
    public void Parts_may_share_one_place()
    {
        var subject = CertificateSubject.Read(Of([(Name, "jane"), (Organization, "people"), (Organization, "others")], [(Organization, "more")]))!;
        Assert.Equal("jane", subject.CommonName);
        Assert.Equal(["more", "others", "people"], subject.Organizations.Order());
    }

    [Fact]
    public void Of_two_names_the_last_one_counts() => Assert.Equal("second", CertificateSubject.Read(Of([(Name, "first")], [(Name, "second")]))!.CommonName);

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_text_may_have_any_form(UniversalTagNumber form) => Assert.Equal("jane", CertificateSubject.Read(Of(form, [(Name, "jane")]))!.CommonName);

    [Fact]
    public void A_long_name_is_a_name() => Assert.Equal(5000, CertificateSubject.Read(Of([(Name, new string('ñ', 5000))]))!.CommonName.Length);

    [Fact]
    public void There_is_one_uid_at_most()
    {
        Assert.Equal("1", CertificateSubject.Read(Of([(Name, "jane")], [(Uid, "1")]))!.Uid);
        Assert.Null(CertificateSubject.Read(Of([(Name, "jane"), (Uid, "1"), (Uid, "2")])));
        Assert.Null(CertificateSubject.Read(Of([(Name, "jane")], [(Uid, "")])));
    }

    [Fact]
    public void A_name_that_is_no_text_is_no_subject()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Name);
            writer.WriteInteger(7);
        }

        Assert.Null(CertificateSubject.Read(new X500DistinguishedName(writer.Encode())));
    }

    internal static X500DistinguishedName Of(params (string Id, string Text)[][] places) => Of(UniversalTagNumber.UTF8String, places);

    private static X500DistinguishedName Of(UniversalTagNumber form, params (string Id, string Text)[][] places)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var place in places)
            {
                using (writer.PushSetOf())
                {
                    foreach (var (id, text) in place)
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(id);
                            writer.WriteCharacterString(form, text);
                        }
                    }
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }
}
