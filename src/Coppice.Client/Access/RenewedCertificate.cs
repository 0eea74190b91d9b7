using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Coppice.Client;

/// <summary>
/// A certificate with its key that is replaced when two thirds of its time are over: whoever shows it asks for it at every connection, so
/// that none is shown that has expired. For any thread.
/// </summary>
public sealed class RenewedCertificate
{
    /// <summary>What the cluster signs is good from so long before it was signed, since clocks differ: that is no part of its time.</summary>
    public static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    private readonly (Func<X509Certificate2> Issue, TimeProvider Time)? _renewal;
    private readonly Lock _gate = new();
    private Issued _issued;

    /// <param name="issue">Makes one that is good from now on.</param>
    public RenewedCertificate(Func<X509Certificate2> issue, TimeProvider time)
        : this(issue()) => _renewal = (issue, time);

    private RenewedCertificate(X509Certificate2 certificate) => _issued = new Issued(certificate);

    public X509Certificate2 Current => Now().Certificate;

    /// <summary>When two thirds of its time are over.</summary>
    public DateTimeOffset RenewAt => Now().RenewAt;

    /// <summary>The same for a server: nothing is looked up for it.</summary>
    public SslStreamCertificateContext Context => Now().Context;

    /// <summary>One that stays as it is, whatever the time, until somebody replaces it.</summary>
    public static RenewedCertificate Of(X509Certificate2 certificate) => new(certificate);

    [return: NotNullIfNotNull(nameof(certificate))]
    public static implicit operator RenewedCertificate?(X509Certificate2? certificate) => certificate is null ? null : Of(certificate);

    /// <summary>Connections from now on see another.</summary>
    public void Replace(X509Certificate2 certificate)
    {
        lock (_gate)
        {
            _issued = new Issued(certificate);
        }
    }

    /// <summary>Shows it to a server.</summary>
    public void ShowBy(SslClientAuthenticationOptions tls) => tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => Current;

    private Issued Now()
    {
        lock (_gate)
        {
            if (_renewal is var (issue, time) && time.GetUtcNow() >= _issued.RenewAt)
            {
                _issued = new Issued(issue());
            }

            return _issued;
        }
    }

    private sealed record Issued(X509Certificate2 Certificate)
    {
        public DateTimeOffset RenewAt { get; } = Certificate.NotAfter.ToUniversalTime() - (TimeOf(Certificate) / 3);

        public SslStreamCertificateContext Context => field ??= SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);

        private static TimeSpan TimeOf(X509Certificate2 certificate) =>
            certificate.NotAfter - certificate.NotBefore is var whole && whole > Backdated ? whole - Backdated : whole;
    }
}
