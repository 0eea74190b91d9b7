using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Validation;

/// <summary>Requests for certificates.</summary>
internal static class CertificateValidation
{
    private const int ShortestLife = 600;

    private const string CertificateLabel = "CERTIFICATE";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    private static readonly FieldPath StatusPath = FieldPath.Of("status");

    private static readonly string[] Decisions = [RequestConditionType.Approved, RequestConditionType.Denied, RequestConditionType.Failed];

    // In the order in which a message shows them.
    private static readonly string[] Usages =
    [
        .. typeof(KeyUsage).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
    ];

    public static Findings<FieldError> Request(CertificateSigningRequest item) => [.. Spec(item.Spec), .. Status(item.Status, null)];

    /// <param name="mayDecide">Whether this door is for whoever approves and denies.</param>
    /// <param name="maySign">Whether this door is for the signer.</param>
    public static Findings<FieldError> Update(CertificateSigningRequest item, CertificateSigningRequest old, bool mayDecide, bool maySign)
    {
        var (conditions, certificate) = (StatusPath.Child("conditions"), StatusPath.Child("certificate"));
        var errors = Status(item.Status, old.Status);
        foreach (var type in Decisions)
        {
            var (after, before) = (Of(item, type), Of(old, type));
            var why = after.Count < before.Count ? $"updates may not remove a condition of type {QuotedText.Of(type)}"
                : mayDecide || type == RequestConditionType.Failed ? null
                : after.Count > before.Count ? $"updates may not add a condition of type {QuotedText.Of(type)}"
                : after != before ? $"updates may not modify a condition of type {QuotedText.Of(type)}\n{SpecDifference.Of(item.Status, old.Status)}"
                : null;
            if (why is not null)
            {
                errors.Add(FieldError.Forbidden(conditions, why));
            }
        }

        if (item.Status.Certificate != old.Status.Certificate)
        {
            errors.AddRange(!maySign ? [FieldError.Forbidden(certificate, "updates may not set certificate content")]
                : !old.Status.Certificate.Bytes.IsEmpty ? [FieldError.Forbidden(certificate, "updates may not modify existing certificate content")]
                : []);
        }

        return errors;
    }

    private static ValueList<CertificateSigningRequestCondition> Of(CertificateSigningRequest item, string type) =>
        item.Status.Conditions.Where(c => c.Type == type).ToValueList();

    private static Findings<FieldError> Spec(CertificateSigningRequestSpec spec)
    {
        var usages = SpecPath.Child("usages");
        return
        [
            .. Readable(spec),
            .. FieldRules.If(spec.Usages.IsEmpty, () => FieldError.Required(usages)),
            .. FieldRules.Each(usages, spec.Usages, (at, usage) =>
                FieldRules.If(!Usages.Contains(usage), () => FieldError.NotSupported(at, usage, Usages))),
            .. FieldRules.Repeated(spec.Usages, usage => usage).Select(r => FieldError.Duplicate(usages.Index(r.Index), r.Key)),
            .. Signer(SpecPath.Child("signerName"), spec.SignerName),
            .. FieldRules.If(
                spec.ExpirationSeconds < ShortestLife,
                () => FieldError.Invalid(
                    SpecPath.Child("expirationSeconds"), spec.ExpirationSeconds, "may not specify a duration less than 600 seconds (10 minutes)")),
        ];
    }

    private static Findings<FieldError> Readable(CertificateSigningRequestSpec spec)
    {
        try
        {
            SigningRequest.Read(spec.Request.Bytes.Span);
            return [];
        }
        catch (CryptographicException e)
        {
            return [FieldError.Invalid(SpecPath.Child("request"), spec.Request, e.Message)];
        }
    }

    private static Findings<FieldError> Signer(FieldPath path, string name)
    {
        if (name == SignerName.LegacyUnknown)
        {
            return [FieldError.Invalid(path, name, "the legacy signerName is not allowed via this API version")];
        }

        if (name.Length == 0)
        {
            return [FieldError.Required(path)];
        }

        if (name.Split('/') is not [var domain, var rest])
        {
            return [FieldError.Invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
        }

        var labels = domain.Split('.');
        return
        [
            .. FieldRules.If(domain.Length > Names.SubdomainLimit, () => FieldError.TooLong(path, Names.SubdomainLimit)),
            .. Labels(path, domain, labels, Names.Label),
            .. FieldRules.If(
                labels.Length < 2, () => FieldError.Invalid(path, domain, "should be a domain with at least two segments separated by dots")),
            .. Labels(path, rest, rest.Split('.'), Names.Subdomain),
        ];
    }

    /// <summary>The first label that is wrong, with all that is wrong with it.</summary>
    private static IEnumerable<FieldError> Labels(FieldPath path, string value, string[] labels, Func<string, Findings<string>> rule) => labels
        .Where(label => rule(label).Count > 0)
        .Take(1)
        .SelectMany(label => rule(label).Select(why => FieldError.Invalid(path, value, $"validating label {QuotedText.Of(label)}: {why}")));

    private static Findings<FieldError> Status(CertificateSigningRequestStatus status, CertificateSigningRequestStatus? old)
    {
        var conditions = StatusPath.Child("conditions");
        var first = status.Conditions.FirstOrDefault(IsApprovalOrDenial)?.Type;
        return
        [
            .. FieldRules.Each(conditions, status.Conditions, (at, condition) =>
            [
                .. FieldRules.Required(at.Child("type"), condition.Type),
                .. Decisions.Contains(condition.Type)
                    ? FieldRules.OneOf(at.Child("status"), condition.Status, ConditionStatus.True)
                    : FieldRules.OneOf(at.Child("status"), condition.Status, ConditionStatus.False, ConditionStatus.True, ConditionStatus.Unknown),
                .. FieldRules.If(
                    IsApprovalOrDenial(condition) && condition.Type != first,
                    () => FieldError.Invalid(at.Child("type"), condition.Type, "Approved and Denied conditions are mutually exclusive")),
            ]),
            .. FieldRules.Repeated(status.Conditions, c => c.Type).Select(r => FieldError.Duplicate(conditions.Index(r.Index).Child("type"), r.Key)),
            .. status.Certificate == (old?.Certificate ?? default) ? [] : Certificates(StatusPath.Child("certificate"), status.Certificate),
        ];
    }

    private static bool IsApprovalOrDenial(CertificateSigningRequestCondition condition) =>
        condition.Type is RequestConditionType.Approved or RequestConditionType.Denied;

    private static Findings<FieldError> Certificates(FieldPath path, Base64Data data)
    {
        var text = Encoding.UTF8.GetString(data.Bytes.Span).AsSpan();
        var count = 0;
        for (; PemEncoding.TryFind(text, out var found); text = text[found.Location.End..], count++)
        {
            if (!text[found.Label].SequenceEqual(CertificateLabel))
            {
                return Wrong($"only {CertificateLabel} PEM blocks are allowed, found {QuotedText.Of(text[found.Label].ToString())}");
            }

            try
            {
                X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[found.Base64Data].ToString())).Dispose();
            }
            catch (CryptographicException e)
            {
                return Wrong(e.Message);
            }
        }

        return count > 0 || data.Bytes.IsEmpty ? [] : Wrong($"must contain at least one {CertificateLabel} PEM block");

        Findings<FieldError> Wrong(string why) => [FieldError.Invalid(path, "<certificate data>", why)];
    }
}
