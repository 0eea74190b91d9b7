using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>
/// The keys of an issuer, by its discovery document: fetched when first needed, and again when a token names one that is not among them,
/// as issuers change their keys. It is asked now and then only, however many tokens name what there is not.
/// </summary>
internal sealed class OidcIssuer : IDisposable
{
    private const int AnswerBytesMax = 1 << 20;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);

    private readonly string _issuer;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Lock _gate = new();
    private Task<string?> _asking = Task.FromResult<string?>(null);
    private long? _askedAt;
    private volatile IReadOnlyList<SigningKey> _keys = [];

    /// <param name="issuer">As it writes itself.</param>
    public OidcIssuer(OidcOptions options, string issuer, TimeProvider time) => (_issuer, _time, _http) = (issuer, time, ClientOf(options));

    /// <summary>Trusts whom the options say.</summary>
    public static HttpClient ClientOf(OidcOptions options)
    {
        var trust = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.Roots is { } roots)
        {
            trust.TrustMode = X509ChainTrustMode.CustomRootTrust;
            trust.CustomTrustStore.AddRange(roots);
        }

        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = AnswerTime };
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust };
        return new HttpClient(handler) { Timeout = AnswerTime, MaxResponseContentBufferSize = AnswerBytesMax };
    }

    /// <summary>Those that a token of this key id may be signed with; without an id, all.</summary>
    /// <returns>And why there is none, if the issuer could not be asked.</returns>
    public async ValueTask<(IReadOnlyList<SigningKey> Keys, string? Problem)> FindAsync(string id, CancellationToken stop)
    {
        var found = Named(id);
        if (found.Count > 0)
        {
            return (found, null);
        }

        var problem = await AskAsync().WaitAsync(stop);
        return (Named(id), _keys.Count == 0 ? problem ?? "authenticator not initialized" : null);
    }

    public void Dispose() => _http.Dispose();

    private IReadOnlyList<SigningKey> Named(string id) => id.Length == 0 ? _keys : [.. _keys.Where(key => key.Id == id)];

    /// <summary>One asks for all who wait.</summary>
    private Task<string?> AskAsync()
    {
        lock (_gate)
        {
            if (_asking.IsCompleted && (_askedAt is not { } before || _time.GetElapsedTime(before) >= AskEvery))
            {
                _askedAt = _time.GetTimestamp();
                _asking = FetchAsync();
            }

            return _asking;
        }
    }

    /// <returns>What went wrong; null if nothing did.</returns>
    private async Task<string?> FetchAsync()
    {
        try
        {
            var discovery = await GetAsync(new Uri($"{_issuer.TrimEnd('/')}/.well-known/openid-configuration"));
            var issuer = discovery.TryGetProperty("issuer", out var said) ? said.GetString() : null;
            if (issuer != _issuer)
            {
                return $"issuer did not match the issuer returned by provider, expected \"{_issuer}\" got \"{issuer}\"";
            }

            var keys = discovery.TryGetProperty("jwks_uri", out var place) ? place.GetString() : null;
            if (!Uri.TryCreate(keys, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            {
                return "the provider says no jwks_uri by https";
            }

            _keys = SigningKey.ReadSet(await GetAsync(address));
            return null;
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException or JsonException or InvalidOperationException or ObjectDisposedException)
        {
            return failed.Message;
        }
    }

    private async Task<JsonElement> GetAsync(Uri address)
    {
        using var answer = await _http.GetAsync(address);
        using var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }
}
