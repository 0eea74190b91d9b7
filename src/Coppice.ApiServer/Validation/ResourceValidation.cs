using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What a container asks for and may use.</summary>
internal static class ResourceValidation
{
    private const string HugePages = "hugepages-";

    public static Findings<FieldError> Validate(FieldPath path, ResourceRequirements resources)
    {
        var requests = path.Child("requests");
        return
        [
            .. resources.Limits.SelectMany(l => Amount(path.Child("limits").Key(l.Key), l.Key, l.Value)),
            .. resources.Requests.SelectMany(r => Amount(requests.Key(r.Key), r.Key, r.Value).Concat(Request(requests, r, resources.Limits))),
        ];
    }

    public static Findings<FieldError> NotNegative(FieldPath path, Quantity amount)
    {
        var errors = Findings<FieldError>.None;
        if (amount.IsNegative)
        {
            errors.Add(FieldError.Invalid(path, amount, FieldRules.Negative));
        }

        return errors;
    }

    private static Findings<FieldError> Amount(FieldPath path, string name, Quantity amount) => [.. NameOf(path, name), .. NotNegative(path, amount)];

    private static Findings<FieldError> NameOf(FieldPath path, string name)
    {
        var errors = Findings<FieldError>.None;
        errors.AddRange(FieldRules.Named(path, name, Names.Qualified));

        var standard = name is ResourceName.Cpu or ResourceName.Memory or ResourceName.Ephemeralstorage || name.StartsWith(HugePages, StringComparison.Ordinal);
        if (!name.Contains('/') && !standard)
        {
            errors.Add(FieldError.Invalid(path, name, "must be a standard resource for containers"));
        }

        return errors;
    }

    private static Findings<FieldError> Request(FieldPath path, KeyValuePair<string, Quantity> request, ValueMap<Quantity> limits)
    {
        var (name, amount) = request;
        var shared = !name.Contains('/') && !name.StartsWith(HugePages, StringComparison.Ordinal);
        if (!limits.TryGetValue(name, out var limit))
        {
            return shared ? [] : [FieldError.Required(path.Key(name), "Limit must be set for non overcommitable resources")];
        }

        var order = amount.CompareTo(limit);
        return order switch
        {
            not 0 when !shared => [FieldError.Invalid(path, amount, $"must be equal to {name} limit of {limit}")],
            > 0 => [FieldError.Invalid(path, amount, $"must be less than or equal to {name} limit of {limit}")],
            _ => [],
        };
    }
}
