using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Discovery;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Authentication;

public sealed class TokenKeyTests
{
    private static readonly byte[] Text = Encoding.ASCII.GetBytes("header.claims");

    [Fact]
    public void A_new_cluster_signs_as_everybody_can_check() => Signs(TestKeys.Tokens, "RS256");

    [Fact]
    public void A_cluster_keeps_the_key_that_it_began_with()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Signs(curve.ExportPkcs8PrivateKeyPem(), "ES256");
    }

    [Fact]
    public void What_is_no_key_is_refused() =>
        Assert.ThrowsAny<Exception>(() => new TokenKey("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));

    private static void Signs(string pem, string algorithm)
    {
        using var key = new TokenKey(pem);
        var signature = key.Sign(Text);
        Assert.Equal(algorithm, key.Algorithm);
        Assert.True(key.Verifies(Text, signature));
        Assert.False(key.Verifies([.. Text, 0], signature));

        // Who knows only what is published says the same.
        using var published = JsonDocument.Parse(JsonDocumentWriter.Write(json =>
        {
            json.WriteStartArray("keys");
            key.WriteTo(json);
            json.WriteEndArray();
        }));
        var other = Assert.Single(SigningKey.ReadSet(published.RootElement));
        Assert.Equal(key.Id, other.Id);
        Assert.True(other.Verifies(algorithm, Text, signature));
    }
}
