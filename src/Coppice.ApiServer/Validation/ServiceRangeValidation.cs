using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Validation;

/// <summary>The ranges that services get their addresses from, and the addresses that are taken.</summary>
internal static class ServiceRangeValidation
{
    private static readonly FieldPath RangesPath = FieldPath.Of("spec", "cidrs");

    public static Findings<FieldError> Ranges(ServiceCIDRSpec spec) => spec.Cidrs.Count switch
    {
        0 => [FieldError.Required(RangesPath, "at least one CIDR required")],
        > 2 => [FieldError.Invalid(RangesPath, spec, "may only hold up to 2 values")],
        _ =>
        [
            .. FieldRules.Each(RangesPath, spec.Cidrs, AddressValidation.CanonicalRange),
            .. FieldRules.If(
                spec.Cidrs.Count == 2 && IsV6(spec.Cidrs[0]) == IsV6(spec.Cidrs[1]),
                () => FieldError.Invalid(
                    RangesPath, spec.Cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")),
        ],
    };

    /// <summary>A range of the other family may be added, and nothing else.</summary>
    public static Findings<FieldError> Update(ServiceCIDRSpec spec, ServiceCIDRSpec old)
    {
        var isGrown = old.Cidrs.Count == 1 && spec.Cidrs.Count == 2;
        if (!isGrown && spec.Cidrs.Count != old.Cidrs.Count)
        {
            return [FieldError.Invalid(RangesPath, spec.Cidrs, FieldRules.Immutable)];
        }

        return
        [
            .. Enumerable.Range(0, old.Cidrs.Count)
                .Where(i => spec.Cidrs[i] != old.Cidrs[i])
                .Select(i => FieldError.Invalid(RangesPath.Index(i), spec.Cidrs[i], FieldRules.Immutable)),
            .. isGrown ? Ranges(spec) : [],
        ];
    }

    public static Findings<FieldError> Parent(ParentReference? parent)
    {
        var path = FieldPath.Of("spec", "parentRef");
        return parent is null
            ? [FieldError.Required(path)]
            :
            [
                .. string.IsNullOrEmpty(parent.Group) ? [] : FieldRules.Named(path.Child("group"), parent.Group, Names.Subdomain),
                .. FieldRules.RequiredName(path.Child("resource"), parent.Resource, Names.PathSegment),
                .. FieldRules.RequiredName(path.Child("name"), parent.Name, Names.PathSegment),
                .. string.IsNullOrEmpty(parent.Namespace) ? [] : FieldRules.Named(path.Child("namespace"), parent.Namespace, Names.PathSegment),
            ];
    }

    private static bool IsV6(string range) => range.Contains(':');
}
