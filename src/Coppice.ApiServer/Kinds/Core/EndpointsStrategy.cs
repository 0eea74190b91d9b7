using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Endpoints, in their older form.</summary>
internal sealed class EndpointsStrategy : KindStrategy<Endpoints>
{
    public override Endpoints Default(Endpoints item) => item with
    {
        Subsets = item.Subsets
            .ConvertAll(s => s with { Ports = s.Ports.Select(p => p with { Protocol = p.Protocol ?? Protocol.TCP }).ToValueList() }),
    };

    public override Findings<FieldError> Validate(Endpoints item) => FieldRules.Each(FieldPath.Of("subsets"), item.Subsets, EndpointValidation.Subset);
}
