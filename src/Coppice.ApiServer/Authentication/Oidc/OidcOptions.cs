using System.Security.Cryptography.X509Certificates;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>Whose ID tokens (OpenID Connect) are taken, and what of their claims makes a user. The defaults are Kubernetes'.</summary>
/// <param name="Issuer">By https. Its discovery document is below it.</param>
/// <param name="ClientId">Whom tokens must be meant for.</param>
public sealed record OidcOptions(Uri Issuer, string ClientId)
{
    private const string NoPrefix = "-";
    private const string Email = "email";

    /// <summary>As the issuer writes itself, which must be the same to the letter.</summary>
    public string IssuerText { get; init; } = Issuer.OriginalString;

    public string UsernameClaim { get; init; } = "sub";

    /// <summary>Before every name; "-" for nothing. Null for the issuer and "#", unless names are e-mail addresses.</summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>A string or a list of strings; null for no groups.</summary>
    public string? GroupsClaim { get; init; }

    public string GroupsPrefix { get; init; } = "";

    /// <summary>What tokens must claim, with its value.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } = new Dictionary<string, string>();

    /// <summary>Who may have signed the issuer's certificate; null for whom the machine trusts.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    public IReadOnlyList<string> SigningAlgorithms { get; init; } = ["RS256"];

    internal bool NamesAreEmails => UsernameClaim == Email;

    internal string NamePrefix => UsernamePrefix switch
    {
        null => NamesAreEmails ? "" : $"{IssuerText}#",
        NoPrefix => "",
        var prefix => prefix,
    };

    /// <summary>What is wrong with them, in Kubernetes' words; null if nothing is.</summary>
    public string? Problem() =>
        Issuer.Scheme != Uri.UriSchemeHttps ? $"'oidc-issuer-url' (\"{IssuerText}\") has invalid scheme (\"{Issuer.Scheme}\"), require 'https'"
        : ClientId.Length == 0 ? "no client ID provided"
        : SigningAlgorithms.FirstOrDefault(one => !SigningKey.Algorithms.Contains(one)) is { } unknown ? $"oidc: unsupported signing alg: \"{unknown}\""
        : null;
}
