using System.Globalization;
using Coppice.Objects.Core;

namespace Coppice.Objects.Semantics;

/// <summary>
/// The tokens of service accounts that are kept in Secrets and never expire, which who fills these, who believes them and who clears
/// them away must agree on.
/// </summary>
public static class AccountTokens
{
    public const string TokenKey = "token";
    public const string CertificatesKey = "ca.crt";
    public const string NamespaceKey = "namespace";

    /// <summary>The annotation that names the account; with a uid beside it, no other of that name is meant.</summary>
    public const string NameNote = "kubernetes.io/service-account.name";
    public const string UidNote = "kubernetes.io/service-account.uid";

    /// <summary>The label with the day on which the token was last shown.</summary>
    public const string LastUsedLabel = "kubernetes.io/legacy-token-last-used";

    /// <summary>The label with the day since which the token is not believed any more.</summary>
    public const string InvalidSinceLabel = "kubernetes.io/legacy-token-invalid-since";

    /// <summary>Under which key of <see cref="Tracking"/> is since when it is noted that tokens are used.</summary>
    public const string SinceKey = "since";

    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>The ConfigMap that tells since when it is noted that tokens are used.</summary>
    public static readonly ObjectKey Tracking = new("kube-system", "kube-apiserver-legacy-service-account-token-tracking");

    public static bool Is(Secret secret) => secret.Type == SecretType.Kubernetesioserviceaccounttoken;

    /// <summary>The account that a secret's token is of, if it is this one.</summary>
    public static bool IsOf(Secret secret, ServiceAccount account) =>
        secret.Metadata.Namespace == account.Metadata.Namespace
        && Note(secret, NameNote) == account.Metadata.Name
        && Note(secret, UidNote) is var uid && (uid.Length == 0 || uid == account.Metadata.Uid);

    /// <summary>Empty if the secret names no account.</summary>
    public static string AccountOf(Secret secret) => Note(secret, NameNote);

    /// <summary>An account that names the secret has been given it by an older cluster: nobody asked for that token.</summary>
    public static bool IsNamedBy(ServiceAccount account, string secret) => account.Secrets.Any(one => one.Name == secret);

    public static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <returns>Null if it is no day.</returns>
    public static DateTimeOffset? ParseDay(string? text) =>
        DateTimeOffset.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;

    private static string Note(Secret secret, string name) => secret.Metadata.Annotations.TryGetValue(name, out var value) ? value : "";
}
