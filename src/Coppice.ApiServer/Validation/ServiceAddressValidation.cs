using System.Net.Sockets;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>
/// The addresses that a service asks for, and of which families; whether the cluster has such ones is for the allocators to say.
/// </summary>
internal static class ServiceAddressValidation
{
    /// <summary>False also for types that there are none of, about which all else would only be guessed.</summary>
    public static bool NeedsAddress(ServiceSpec spec) => spec.Type is ServiceType.ClusterIP or ServiceType.NodePort or ServiceType.LoadBalancer;

    private const string Headless = "None";

    private static readonly FieldPath Addresses = FieldPath.Of("spec", "clusterIPs");

    private static readonly FieldPath Families = FieldPath.Of("spec", "ipFamilies");

    private static readonly FieldPath Policy = FieldPath.Of("spec", "ipFamilyPolicy");

    public static bool IsHeadless(ServiceSpec spec) => spec.ClusterIPs is [Headless];

    public static Findings<FieldError> Validate(ServiceSpec spec)
    {
        if (spec.Type == ServiceType.ExternalName)
        {
            return [];
        }

        Findings<FieldError> errors =
        [
            .. Agreeing(spec),
            .. FieldRules.Each(Families, spec.IpFamilies, (at, family) => FieldRules.OneOf(at, family, IPFamily.IPv4, IPFamily.IPv6)),
            .. FieldRules.Repeated(spec.IpFamilies, f => f).Select(r => FieldError.Duplicate(Families.Index(r.Index), r.Key)),
            .. FieldRules.OneOfIfSet(
                Policy, spec.IpFamilyPolicy, IPFamilyPolicy.PreferDualStack, IPFamilyPolicy.RequireDualStack, IPFamilyPolicy.SingleStack),
            .. Forms(spec.ClusterIPs),
        ];
        return errors.Count > 0 ? errors : OfTheirFamilies(spec);
    }

    /// <summary>The older field, of one address, and the newer one.</summary>
    private static Findings<FieldError> Agreeing(ServiceSpec spec) => spec switch
    {
        { ClusterIP: null, ClusterIPs.IsEmpty: false } =>
            [FieldError.Invalid(Addresses, spec.ClusterIPs, "must be empty when `clusterIP` is not specified")],
        { ClusterIP: not null, ClusterIPs.IsEmpty: true } => [FieldError.Required(Addresses)],
        { ClusterIP: { } first, ClusterIPs: var all } when all.Count > 0 && all[0] != first =>
            [FieldError.Invalid(Addresses, all, "first value must match `clusterIP`")],
        _ => [],
    };

    private static Findings<FieldError> Forms(ValueList<string> addresses) =>
    [
        .. FieldRules.If(
            addresses.Count > 1 && addresses[0] == Headless,
            () => FieldError.Invalid(Addresses, addresses, "'None' must be the first and only value")),
        .. FieldRules.Each(Addresses, addresses, (at, address) => address == Headless && addresses[0] == Headless ? [] : FieldRules.Address(at, address)),
        .. FieldRules.If(addresses.Count > 2, () => FieldError.Invalid(Addresses, addresses, "may only hold up to 2 values")),
    ];

    private static Findings<FieldError> OfTheirFamilies(ServiceSpec spec)
    {
        if (IsHeadless(spec))
        {
            return [];
        }

        var errors = Findings<FieldError>.None;
        if (spec.ClusterIPs.Count == 2 && IsIpv6(spec.ClusterIPs[0]) == IsIpv6(spec.ClusterIPs[1]))
        {
            errors.Add(FieldError.Invalid(Addresses, spec.ClusterIPs, "may specify no more than one IP for each IP family"));
        }

        for (var i = 0; i < Math.Min(spec.ClusterIPs.Count, spec.IpFamilies.Count); i++)
        {
            var family = spec.IpFamilies[i];
            if (IsIpv6(spec.ClusterIPs[i]) != (family == IPFamily.IPv6))
            {
                errors.Add(FieldError.Invalid(Addresses.Index(i), spec.ClusterIPs[i], $"expected an {family} value as indicated by `ipFamilies[{i}]`"));
            }
        }

        return errors;
    }

    /// <param name="address">A good one.</param>
    public static string FamilyOf(string address) => IsIpv6(address) ? IPFamily.IPv6 : IPFamily.IPv4;

    private static bool IsIpv6(string address) => FieldRules.IsAddress(address, AddressFamily.InterNetworkV6);
}
