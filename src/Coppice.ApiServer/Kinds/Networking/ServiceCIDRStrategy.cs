using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>ServiceCIDRs. As in Kubernetes, their status may come with the rest.</summary>
internal sealed class ServiceCIDRStrategy : KindStrategy<ServiceCIDR>
{
    public override ServiceCIDR PrepareForStatusUpdate(ServiceCIDR item, ServiceCIDR old) =>
        item with { Metadata = KeptMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(ServiceCIDR item) => ServiceRangeValidation.Ranges(item.Spec);

    public override Findings<FieldError> ValidateUpdate(ServiceCIDR item, ServiceCIDR old) => ServiceRangeValidation.Update(item.Spec, old.Spec);
}
