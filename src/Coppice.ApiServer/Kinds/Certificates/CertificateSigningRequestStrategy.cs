using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Kinds.Certificates;

/// <summary>
/// CertificateSigningRequests: what is asked for never changes, and who asks is the server's to say. Who approves and who signs write
/// through doors of their own.
/// </summary>
internal sealed class CertificateSigningRequestStrategy : KindStrategy<CertificateSigningRequest>
{
    public override CertificateSigningRequest PrepareForCreate(CertificateSigningRequest item) => item with { Status = new() };

    public override CertificateSigningRequest SignCreate(CertificateSigningRequest item, UserInfo user) => item with
    {
        Spec = item.Spec with { Username = user.Username, Uid = user.Uid, Groups = user.Groups, Extra = user.Extra },
    };

    public override CertificateSigningRequest PrepareForUpdate(CertificateSigningRequest item, CertificateSigningRequest old) =>
        item with { Spec = old.Spec, Status = old.Status };

    public override CertificateSigningRequest PrepareForStatusUpdate(CertificateSigningRequest item, CertificateSigningRequest old) => item with
    {
        Spec = old.Spec,
        Status = item.Status with { Conditions = Decided(Decided(item.Status.Conditions, old, RequestConditionType.Approved), old, RequestConditionType.Denied) },
    };

    /// <summary>The approval: only the conditions are written there.</summary>
    public static CertificateSigningRequest WithConditions(CertificateSigningRequest item, CertificateSigningRequest old) =>
        item with { Spec = old.Spec, Status = old.Status with { Conditions = item.Status.Conditions } };

    /// <summary>Who does not say when something was decided says: now.</summary>
    public override CertificateSigningRequest DateStatus(CertificateSigningRequest item, CertificateSigningRequest old, DateTimeOffset now) => item with
    {
        Status = item.Status with
        {
            Conditions = item.Status.Conditions.ConvertAll(condition => condition with
            {
                LastUpdateTime = condition.LastUpdateTime ?? now,
                LastTransitionTime = condition.LastTransitionTime
                    ?? old.Status.Conditions.LastOrDefault(c => c.Type == condition.Type && c.Status == condition.Status)?.LastTransitionTime
                    ?? now,
            }),
        },
    };

    /// <summary>What was decided stays as it was said, whatever the signer sends of it; whether he adds or takes some is looked at later.</summary>
    private static ValueList<CertificateSigningRequestCondition> Decided(
        ValueList<CertificateSigningRequestCondition> conditions, CertificateSigningRequest old, string type)
    {
        var before = new Queue<CertificateSigningRequestCondition>(old.Status.Conditions.Where(one => one.Type == type));
        return before.Count == conditions.Count(one => one.Type == type)
            ? conditions.ConvertAll(one => one.Type == type ? before.Dequeue() : one)
            : conditions;
    }

    public override Findings<FieldError> Validate(CertificateSigningRequest item) => CertificateValidation.Request(item);

    public override Findings<FieldError> ValidateUpdate(CertificateSigningRequest item, CertificateSigningRequest old) =>
        CertificateValidation.Update(item, old, mayDecide: false, maySign: false);

    public override Findings<FieldError> ValidateStatusUpdate(CertificateSigningRequest item, CertificateSigningRequest old) =>
        CertificateValidation.Update(item, old, mayDecide: false, maySign: true);
}
