using System.Security.Cryptography.X509Certificates;

namespace Coppice.Client.Http;

/// <summary>How to reach an API server, and as whom.</summary>
/// <param name="Server">As in https://10.0.0.1:6443.</param>
/// <param name="Authorities">Whose server certificates are believed; empty for those that the machine believes.</param>
public sealed record HttpApiOptions(Uri Server, X509Certificate2Collection Authorities)
{
    /// <summary>What the program calls itself. The API notes it as the manager of the fields that it sets.</summary>
    public string Program { get; init; } = "coppice";

    /// <summary>Null for none.</summary>
    public RenewedCertificate? ClientCertificate { get; init; }

    /// <summary>Asked for at every request, since such tokens are exchanged now and then; null for none.</summary>
    public Func<string>? Token { get; init; }

    /// <summary>Makes the connections, as through a tunnel or in another network namespace; null for plain TCP.</summary>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>How long a request may take; watches may take any time.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
