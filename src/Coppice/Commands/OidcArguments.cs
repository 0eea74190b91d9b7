using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication.Oidc;

namespace Coppice.Commands;

/// <summary>The options of a server that say whose ID tokens (OpenID Connect) it takes: Kubernetes' own.</summary>
internal sealed class OidcArguments(OptionSet set)
{
    private readonly Option<string> _issuer = set.Add<string>(new("--oidc-issuer-url") { Description = "Take the ID tokens of this OpenID Connect issuer", HelpName = "URL" });
    private readonly Option<string> _client = set.Add<string>(new("--oidc-client-id") { Description = "Whom its tokens must be meant for", HelpName = "NAME" });
    private readonly Option<string> _usernameClaim = set.Add<string>(new("--oidc-username-claim") { Description = "What of a token is the user's name (default: sub)", HelpName = "CLAIM" });
    private readonly Option<string> _usernamePrefix = set.Add<string>(new("--oidc-username-prefix") { Description = "Put before users' names; - for nothing (default: the issuer and #, but for e-mail addresses nothing)", HelpName = "TEXT" });
    private readonly Option<string> _groupsClaim = set.Add<string>(new("--oidc-groups-claim") { Description = "What of a token is the user's groups", HelpName = "CLAIM" });
    private readonly Option<string> _groupsPrefix = set.Add<string>(new("--oidc-groups-prefix") { Description = "Put before groups' names", HelpName = "TEXT" });
    private readonly Option<string> _required = set.Add<string>(new("--oidc-required-claim") { Description = "What tokens must claim", HelpName = "CLAIM=VALUE,…" });
    private readonly Option<string> _authority = set.AddFile(new("--oidc-ca-file") { Description = "Who may have signed the issuer's certificate (default: whom the machine trusts)", HelpName = "FILE" });
    private readonly Option<string> _algorithms = set.Add<string>(new("--oidc-signing-algs") { Description = "How tokens may be signed (default: RS256)", HelpName = "NAME,…" });

    private IEnumerable<Option> All => set.All.Where(one => one.Name.StartsWith("--oidc-", StringComparison.Ordinal));

    /// <summary>Says what is wrong with them together.</summary>
    public void Check(CommandResult result)
    {
        var given = All.Where(option => result.GetResult(option) is not null).ToList();
        if (given.Count > 0 && (result.GetResult(_issuer) is null || result.GetResult(_client) is null))
        {
            result.AddError($"{given[0].Name} needs both {_issuer.Name} and {_client.Name}");
        }
        else if (given.Count > 0 && Problem(result) is { } problem)
        {
            result.AddError(problem);
        }
    }

    /// <summary>Null if none were given.</summary>
    public OidcOptions? Read(ParseResult parsed) => Read(parsed.CommandResult);

    private string? Problem(CommandResult result)
    {
        if (!Uri.TryCreate(result.GetValue(_issuer), UriKind.Absolute, out _))
        {
            return $"{_issuer.Name} {result.GetValue(_issuer)} is no URL";
        }

        if (Words(result.GetValue(_required)).FirstOrDefault(claim => claim.IndexOf('=') <= 0) is { } claim)
        {
            return $"{_required.Name} {claim} is no CLAIM=VALUE";
        }

        try
        {
            return Read(result)?.Problem();
        }
        catch (Exception unread) when (unread is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return $"{_authority.Name} {result.GetValue(_authority)} is no file of certificates: {unread.Message}";
        }
    }

    private OidcOptions? Read(CommandResult result)
    {
        if (result.GetValue(_issuer) is not { } issuer || result.GetValue(_client) is not { } client)
        {
            return null;
        }

        var usual = new OidcOptions(new Uri(issuer), client);
        return usual with
        {
            UsernameClaim = result.GetValue(_usernameClaim) ?? usual.UsernameClaim,
            UsernamePrefix = result.GetValue(_usernamePrefix),
            GroupsClaim = result.GetValue(_groupsClaim),
            GroupsPrefix = result.GetValue(_groupsPrefix) ?? usual.GroupsPrefix,
            RequiredClaims = Words(result.GetValue(_required)).Select(claim => claim.Split('=', 2)).GroupBy(claim => claim[0], claim => claim[1], StringComparer.Ordinal).ToDictionary(claim => claim.Key, claim => claim.Last(), StringComparer.Ordinal),
            Roots = result.GetValue(_authority) is { } file ? Certificates(file) : null,
            SigningAlgorithms = result.GetValue(_algorithms) is { } algorithms ? [.. Words(algorithms)] : usual.SigningAlgorithms,
        };
    }

    private static X509Certificate2Collection Certificates(string file)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(System.IO.File.ReadAllText(file));
        return all.Count > 0 ? all : throw new CryptographicException("it has none");
    }

    private static string[] Words(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
