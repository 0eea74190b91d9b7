using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Services. Addresses and node ports are given out by the server's allocators, after <see cref="Default(Service)"/>.</summary>
internal sealed class ServiceStrategy : KindStrategy<Service>
{
    public override Service Default(Service item) => ServiceDefaults.Default(item);

    public override Service PrepareForCreate(Service item) => item with { Status = new() };

    public override Service PrepareForUpdate(Service item, Service old) => item with
    {
        Spec = ServiceCarryOver.Merge(item.Spec, old.Spec),
        Status = old.Status,
    };

    public override Service PrepareForStatusUpdate(Service item, Service old) => item with { Spec = old.Spec };

    public override Findings<FieldError> Validate(Service item) => ServiceValidation.Validate(item.Spec);

    public override Findings<FieldError> ValidateStatusUpdate(Service item, Service old) => LoadBalancerValidation.Validate(item);

    public override IEnumerable<string> Warnings(Service item) => ServiceWarnings.Of(item);

    public override Findings<FieldError> ValidateUpdate(Service item, Service old) => ServiceValidation.ValidateUpdate(item.Spec, old.Spec);
}
