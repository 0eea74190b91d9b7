using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Kinds.Discovery;

/// <summary>EndpointSlices. Their generation counts changes of labels, too: consumers choose by them.</summary>
internal sealed class EndpointSliceStrategy : KindStrategy<EndpointSlice>
{
    public override EndpointSlice Default(EndpointSlice item) => item with
    {
        Ports = item.Ports.ConvertAll(p => p with { Name = p.Name ?? "", Protocol = p.Protocol ?? Protocol.TCP }),
    };

    public override EndpointSlice PrepareForCreate(EndpointSlice item) => item with { Metadata = FirstGeneration(item) };

    public override EndpointSlice PrepareForUpdate(EndpointSlice item, EndpointSlice old)
    {
        var changed = item.Metadata.Labels != old.Metadata.Labels || item.Metadata.Annotations != old.Metadata.Annotations
            || item.Endpoints != old.Endpoints || item.Ports != old.Ports || item.AddressType != old.AddressType;
        return item with { Metadata = NextGeneration(item, old, changed) };
    }

    public override Findings<FieldError> Validate(EndpointSlice item) => EndpointValidation.Slice(item);

    public override Findings<FieldError> ValidateUpdate(EndpointSlice item, EndpointSlice old) =>
        [.. Validate(item), .. FieldRules.Unchanged(FieldPath.Of("addressType"), item.AddressType, old.AddressType)];
}
