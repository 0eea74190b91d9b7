using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Composition.Joining;

/// <summary>Finds out by which authority a cluster is known, from a server that nobody has to believe yet.</summary>
/// <param name="timeout">For its answer.</param>
internal sealed class ClusterDiscovery(Uri server, TimeProvider time, TimeSpan timeout)
{
    // Clocks that differ by more make certificates and leases worthless in ways that nobody understands.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    // It says a few hundred bytes. Whoever says more is somebody else.
    private const int AnswerBytesMax = 1 << 20;

    /// <summary>The authority that the server names, if it is the one that the token was made by.</summary>
    /// <exception cref="JoinException">It is no server of a cluster, or of another, or the clocks differ.</exception>
    /// <exception cref="IOException">It is not there, or does not answer.</exception>
    public async Task<X509Certificate2> FindAsync(JoinToken token, CancellationToken stop)
    {
        var (code, date, body) = await AskAsync(stop);
        var now = time.GetUtcNow();
        if (date is { } theirs && (theirs - now).Duration() > ClockTolerance)
        {
            throw new JoinException(string.Create(CultureInfo.InvariantCulture,
                $"the clocks of this machine ({now:u}) and of the server ({theirs:u}) are {(theirs - now).Duration().TotalMinutes:0} minutes apart: set them right, best by NTP"));
        }

        if (code != HttpStatusCode.OK)
        {
            throw NoCoppice($"it answers {(int)code}");
        }

        try
        {
            var authority = X509Certificate2.CreateFromPem(PublishedCluster.ReadAuthority(ApiJson.Read<ConfigMap>(body)));
            return JoinToken.HashOf(authority) == token.AuthorityHash
                ? authority
                : throw new JoinException($"the token is of another cluster than {server}, or somebody is in between: make another on that server with \"coppice token create\"");
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException)
        {
            throw NoCoppice($"what it tells cannot be read: {e.Message}", e);
        }
    }

    private async Task<(HttpStatusCode Code, DateTimeOffset? Date, byte[] Body)> AskAsync(CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true, CertificateChainPolicy = OfflineChain.PolicyOf() },
        })
        {
            MaxResponseContentBufferSize = AnswerBytesMax,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            using var answer = await http.GetAsync(new Uri(server, $"api/v1/namespaces/{PublishedCluster.Info.Namespace}/configmaps/{PublishedCluster.Info.Name}"), either.Token);
            return (answer.StatusCode, answer.Headers.Date, await answer.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"nothing came from there within {timeout.TotalSeconds:0} s", e);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException || e.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded)
        {
            throw NoCoppice(e.InnerException?.Message ?? e.Message, e);
        }
    }

    private JoinException NoCoppice(string why, Exception? inner = null) =>
        new($"{server} is not the API server of a coppice, of this version or newer ({why}): on the first machine it listens on port 6443, unless --port says otherwise", inner);
}
