using Coppice.ApiServer.Authentication;

namespace Coppice.ApiServer.Discovery;

/// <summary>
/// What others need to check the tokens of service accounts by themselves: who issues them (OpenID Connect Discovery 1.0), and the
/// public key (RFC 7517).
/// </summary>
/// <param name="serverAddress">Where clients reach this server, as in "192.0.2.1:6443".</param>
internal sealed class IssuerDocuments(ServiceAccountTokens tokens, string serverAddress)
{
    public const string IssuerPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/openid/v1/jwks";

    // As long as Kubernetes says: the key is the same for the life of the cluster.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    private readonly Lazy<ServedDocument> _issuer = new(() => new(WriteIssuer(tokens, serverAddress), "application/json") { MaxAge = MaxAge });
    private readonly Lazy<ServedDocument> _keys = new(() => new(WriteKeys(tokens), "application/jwk-set+json") { MaxAge = MaxAge });

    /// <summary>The document at a path; null if it is neither.</summary>
    public ServedDocument? Find(string path) => path.TrimEnd('/') switch
    {
        IssuerPath => _issuer.Value,
        KeysPath => _keys.Value,
        _ => null,
    };

    private static byte[] WriteIssuer(ServiceAccountTokens tokens, string serverAddress) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("issuer", ServiceAccountTokens.Issuer);
        json.WriteString("jwks_uri", $"https://{serverAddress}{KeysPath}");
        json.WriteStrings("response_types_supported", ["id_token"]);
        json.WriteStrings("subject_types_supported", ["public"]);
        json.WriteStrings("id_token_signing_alg_values_supported", [tokens.Key.Algorithm]);
    });

    private static byte[] WriteKeys(ServiceAccountTokens tokens) => JsonDocumentWriter.Write(json =>
    {
        json.WriteStartArray("keys");
        tokens.Key.WriteTo(json);
        json.WriteEndArray();
    });
}
