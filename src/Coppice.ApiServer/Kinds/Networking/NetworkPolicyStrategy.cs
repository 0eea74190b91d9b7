using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>NetworkPolicies: about what comes in, and about what goes out where that is said or there are rules for it.</summary>
internal sealed class NetworkPolicyStrategy : KindStrategy<NetworkPolicy>
{
    public override NetworkPolicy Default(NetworkPolicy item) => item with
    {
        Spec = item.Spec with
        {
            Ingress = item.Spec.Ingress.ConvertAll(rule => rule with { Ports = Default(rule.Ports) }),
            Egress = item.Spec.Egress.ConvertAll(rule => rule with { Ports = Default(rule.Ports) }),
            PolicyTypes = !item.Spec.PolicyTypes.IsEmpty ? item.Spec.PolicyTypes
                : item.Spec.Egress.IsEmpty ? [PolicyType.Ingress]
                : [PolicyType.Ingress, PolicyType.Egress],
        },
    };

    public override NetworkPolicy PrepareForCreate(NetworkPolicy item) => item with { Metadata = FirstGeneration(item) };

    public override NetworkPolicy PrepareForUpdate(NetworkPolicy item, NetworkPolicy old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(NetworkPolicy item) => NetworkPolicyValidation.Spec(item.Spec);

    public override Findings<FieldError> ValidateUpdate(NetworkPolicy item, NetworkPolicy old) => NetworkPolicyValidation.Spec(item.Spec, old.Spec);

    public override IEnumerable<string> Warnings(NetworkPolicy item) => NetworkPolicyValidation.Warnings(item.Spec);

    private static ValueList<NetworkPolicyPort> Default(ValueList<NetworkPolicyPort> ports) =>
        ports.ConvertAll(port => port with { Protocol = port.Protocol ?? Protocol.TCP });
}
