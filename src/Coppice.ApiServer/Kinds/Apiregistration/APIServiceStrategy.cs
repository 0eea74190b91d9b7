using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Kinds.Apiregistration;

/// <summary>APIServices: what this server serves itself can be asked from the start, and all else is found out.</summary>
internal sealed class APIServiceStrategy : KindStrategy<APIService>
{
    private const int ServicePort = 443;

    public override APIService Default(APIService item) => item.Spec.Service is { Port: null } service
        ? item with { Spec = item.Spec with { Service = service with { Port = ServicePort } } }
        : item;

    public override APIService PrepareForCreate(APIService item) => item with
    {
        Status = item.Spec.Service is null ? new APIServiceStatus { Conditions = [Local(item)] } : new APIServiceStatus(),
    };

    public override APIService PrepareForUpdate(APIService item, APIService old) => item with { Status = old.Status };

    public override APIService PrepareForStatusUpdate(APIService item, APIService old) =>
        old with { Metadata = StatusMetadata(item, old), Status = item.Status };

    public override Findings<FieldError> Validate(APIService item) => APIServiceValidation.Validate(item);

    public override Findings<FieldError> ValidateStatusUpdate(APIService item, APIService old) => APIServiceValidation.ValidateStatus(item.Status);

    private static APIServiceCondition Local(APIService item) => new()
    {
        Type = APIServiceConditionType.Available,
        Status = ConditionStatus.True,
        LastTransitionTime = item.Metadata.CreationTimestamp,
        Reason = "Local",
        Message = "Local APIServices are always available",
    };
}
