using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Services;

/// <summary>
/// Of which families a service has addresses, in Kubernetes' order of asking: what it says itself, what follows from the addresses that it
/// names, what it had before, and what the cluster has. It never gets a second family, and never loses one, that nobody asked for. Pure.
/// </summary>
internal static class ServiceFamilies
{
    private static readonly FieldPath Addresses = FieldPath.Of("spec", "clusterIPs");
    private static readonly FieldPath Families = FieldPath.Of("spec", "ipFamilies");
    private static readonly FieldPath Policy = FieldPath.Of("spec", "ipFamilyPolicy");

    /// <param name="spec">As it is asked for; its addresses are well formed, and of the families that are said.</param>
    /// <param name="old">Null when the service is new.</param>
    /// <param name="ofCluster">The families that the cluster has addresses of, the usual one first.</param>
    /// <param name="errors">Is added to; then the result is of no use.</param>
    public static ServiceSpec Fill(ServiceSpec spec, ServiceSpec? old, IReadOnlyList<string> ofCluster, List<FieldError> errors)
    {
        // One that prefers both has what there was when it was made, whatever the cluster has become.
        if (spec.Type == ServiceType.ExternalName || (old is not null && StaysAsItPrefers(spec, old)))
        {
            return spec;
        }

        spec = spec with { IpFamilyPolicy = spec.IpFamilyPolicy ?? old?.IpFamilyPolicy ?? (IsAnywhere(spec) ? IPFamilyPolicy.RequireDualStack : IPFamilyPolicy.SingleStack) };
        spec = old is null ? spec : Reduced(spec, old, errors);
        RequireOneOfSingle(spec, errors);
        spec = Inferred(spec, ofCluster, errors);
        if (errors.Count > 0)
        {
            return spec;
        }

        if (!IsAnywhere(spec))
        {
            RequireConfigured(spec, ofCluster, errors);
        }

        // A service that leads wherever somebody else says may be of both on any cluster.
        var first = spec.IpFamilies.IsEmpty ? [ofCluster[0]] : spec.IpFamilies;
        return spec with
        {
            IpFamilies = first.Count == 1 && spec.IpFamilyPolicy != IPFamilyPolicy.SingleStack && (IsAnywhere(spec) || ofCluster.Count == 2)
                ? first.Add(first[0] == IPFamily.IPv4 ? IPFamily.IPv6 : IPFamily.IPv4)
                : first,
        };
    }

    /// <summary>Without an address and without pods of its own.</summary>
    private static bool IsAnywhere(ServiceSpec spec) => ServiceAddressValidation.IsHeadless(spec) && spec.Selector.IsEmpty;

    private static bool StaysAsItPrefers(ServiceSpec spec, ServiceSpec old) =>
        spec.Type == old.Type
        && spec.IpFamilyPolicy == IPFamilyPolicy.PreferDualStack && old.IpFamilyPolicy == IPFamilyPolicy.PreferDualStack
        && spec.ClusterIPs == old.ClusterIPs && spec.IpFamilies == old.IpFamilies;

    /// <summary>What goes with a change to one family; naming less without saying so is no such change.</summary>
    private static ServiceSpec Reduced(ServiceSpec spec, ServiceSpec old, List<FieldError> errors)
    {
        if (spec.IpFamilyPolicy != IPFamilyPolicy.SingleStack)
        {
            Require(spec.ClusterIPs, old.ClusterIPs, "must be 'SingleStack' to release the secondary cluster IP");
            Require(spec.IpFamilies, old.IpFamilies, "must be 'SingleStack' to release the secondary IP family");
            return spec;
        }

        return spec with
        {
            ClusterIPs = spec.ClusterIPs == old.ClusterIPs && spec.ClusterIPs.Count > 1 ? [spec.ClusterIPs[0]] : spec.ClusterIPs,
            IpFamilies = spec.IpFamilies == old.IpFamilies && spec.IpFamilies.Count > 1 ? [spec.IpFamilies[0]] : spec.IpFamilies,
        };

        void Require(ValueList<string> now, ValueList<string> before, string rule)
        {
            if (!now.IsEmpty && now.Count < before.Count)
            {
                errors.Add(FieldError.Invalid(Policy, spec.IpFamilyPolicy, rule));
            }
        }
    }

    private static void RequireOneOfSingle(ServiceSpec spec, List<FieldError> errors)
    {
        const string OnlyForTwo = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
        if (spec.IpFamilyPolicy == IPFamilyPolicy.SingleStack && spec.ClusterIPs.Count == 2)
        {
            errors.Add(FieldError.Invalid(Policy, spec.IpFamilyPolicy, $"{OnlyForTwo} cluster IPs are specified"));
        }

        if (spec.IpFamilyPolicy == IPFamilyPolicy.SingleStack && spec.IpFamilies.Count == 2)
        {
            errors.Add(FieldError.Invalid(Policy, spec.IpFamilyPolicy, $"{OnlyForTwo} IP families are specified"));
        }
    }

    /// <summary>With the families of the addresses that are named and say none.</summary>
    private static ServiceSpec Inferred(ServiceSpec spec, IReadOnlyList<string> ofCluster, List<FieldError> errors)
    {
        var families = spec.IpFamilies;
        for (var i = families.Count; i < spec.ClusterIPs.Count && !ServiceAddressValidation.IsHeadless(spec); i++)
        {
            var family = ServiceAddressValidation.FamilyOf(spec.ClusterIPs[i]);
            if (ofCluster.Contains(family))
            {
                families = families.Add(family);
            }
            else
            {
                errors.Add(FieldError.Invalid(Addresses.Index(i), spec.ClusterIPs, $"{family} is not configured on this cluster"));
            }
        }

        return spec with { IpFamilies = families };
    }

    private static void RequireConfigured(ServiceSpec spec, IReadOnlyList<string> ofCluster, List<FieldError> errors)
    {
        if (spec.IpFamilyPolicy == IPFamilyPolicy.RequireDualStack && ofCluster.Count < 2)
        {
            errors.Add(FieldError.Invalid(Policy, spec.IpFamilyPolicy, "this cluster is not configured for dual-stack services"));
        }

        for (var i = 0; i < spec.IpFamilies.Count; i++)
        {
            if (!ofCluster.Contains(spec.IpFamilies[i]))
            {
                errors.Add(FieldError.Invalid(Families.Index(i), spec.IpFamilies[i], "not configured on this cluster"));
            }
        }
    }
}
