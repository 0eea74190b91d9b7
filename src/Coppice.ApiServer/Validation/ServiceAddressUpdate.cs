using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>
/// What an update may do to a service's addresses and families: the first of either stays, unless the service gives up having an address;
/// a second one may be added, and taken away where the service is to be of one family.
/// </summary>
internal static class ServiceAddressUpdate
{
    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Validate(ServiceSpec spec, ServiceSpec old)
    {
        if (!ServiceAddressValidation.NeedsAddress(spec) || !ServiceAddressValidation.NeedsAddress(old))
        {
            return [];
        }

        var isHeadless = ServiceAddressValidation.IsHeadless(spec) && ServiceAddressValidation.IsHeadless(old);
        return
        [
            .. isHeadless ? [] : Kept(spec, "clusterIPs", "clusterIP", spec.ClusterIPs, old.ClusterIPs),
            .. isHeadless ? [] : Kept(spec, "ipFamilies", "ipFamily", spec.IpFamilies, old.IpFamilies),
        ];
    }

    /// <param name="one">What one of the values is called.</param>
    private static Findings<FieldError> Kept(ServiceSpec spec, string field, string one, ValueList<string> values, ValueList<string> old)
    {
        var path = Path.Child(field);
        if (values.IsEmpty && !old.IsEmpty)
        {
            return [FieldError.Invalid(path.Index(0), values, $"primary {one} can not be unset")];
        }

        // Where their number changes, the second is what comes or goes.
        var kept = values.Count == old.Count ? values.Count : Math.Min(1, old.Count);
        return
        [
            .. Enumerable.Range(0, kept).Where(i => values[i] != old[i]).Select(i => FieldError.Invalid(path.Index(i), values, "may not change once set")),
            .. FieldRules.If(
                values.Count < old.Count && spec.IpFamilyPolicy != IPFamilyPolicy.SingleStack,
                () => FieldError.Invalid(Path.Child("ipFamilyPolicy"), spec.IpFamilyPolicy, $"must be set to 'SingleStack' when releasing the secondary {one}")),
        ];
    }
}
