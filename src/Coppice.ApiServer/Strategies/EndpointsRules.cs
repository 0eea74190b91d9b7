using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>Endpoints, in their older form.</summary>
internal sealed class EndpointsRules : KindStrategy<Endpoints>
{
    public override Endpoints Default(Endpoints item) => item with
    {
        Subsets = item.Subsets
            .Select(s => s with { Ports = s.Ports.Select(p => p with { Protocol = p.Protocol ?? Protocol.TCP }).ToValueList() })
            .ToValueList(),
    };

    public override Findings<FieldError> Validate(Endpoints item) => FieldRules.Each(FieldPath.Of("subsets"), item.Subsets, EndpointValidation.Subset);

    /// <summary>Said once for the whole object, as by Kubernetes since 1.33.</summary>
    public override IEnumerable<string> Warnings(Endpoints item) => ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"];
}
