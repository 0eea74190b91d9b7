using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What a container asks for and may use.</summary>
internal static class ResourceValidation
{
    private const string HugePages = "hugepages-";

    public static Findings<FieldError> Validate(FieldPath path, ResourceRequirements resources)
    {
        var errors = Findings<FieldError>.None;
        var limits = path.Child("limits");
        foreach (var (name, amount) in resources.Limits)
        {
            var at = limits.Key(name);
            errors.AddRange(NameOf(at, name));
            errors.AddRange(Amount(at, name, amount));
        }

        var requests = path.Child("requests");
        foreach (var request in resources.Requests)
        {
            var at = requests.Key(request.Key);
            errors.AddRange(NameOf(at, request.Key));
            errors.AddRange(Amount(at, request.Key, request.Value));
            errors.AddRange(Request(requests, request, resources.Limits));
        }

        return errors;
    }

    /// <summary>Whether a container is restarted when it is given more or less of something.</summary>
    public static Findings<FieldError> Policies(FieldPath path, ValueList<ContainerResizePolicy> policies, string? restartPolicy)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (index, name) in FieldRules.Repeated(policies, p => p.ResourceName))
        {
            errors.Add(FieldError.Duplicate(path.Index(index), name));
        }

        foreach (var policy in policies)
        {
            errors.AddRange(FieldRules.OneOf(path, policy.ResourceName, ResourceName.Cpu, ResourceName.Memory));
            errors.AddRange(FieldRules.OneOf(
                path, policy.RestartPolicy, ResourceResizeRestartPolicy.NotRequired, ResourceResizeRestartPolicy.RestartContainer));
            if (restartPolicy == RestartPolicy.Never && policy.RestartPolicy != ResourceResizeRestartPolicy.NotRequired)
            {
                errors.Add(FieldError.Invalid(path, policy.RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
            }
        }

        return errors;
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

    /// <summary>Also of what a node has. Pods and resources of other makers are counted, and come in whole ones.</summary>
    public static Findings<FieldError> Amount(FieldPath path, string name, Quantity amount)
    {
        var errors = NotNegative(path, amount);
        if ((name == ResourceName.Pods || ResourceName.IsExtended(name)) && amount.MilliValue % 1000 != 0)
        {
            errors.Add(FieldError.Invalid(path, amount, "must be an integer"));
        }

        return errors;
    }

    /// <summary>Of whatever can be counted or bounded in a namespace.</summary>
    public static Findings<FieldError> AnyName(FieldPath path, string name)
    {
        var errors = FieldRules.Named(path, name, Names.Qualified);
        if (!name.Contains('/') && !ResourceName.IsStandard(name))
        {
            errors.Add(FieldError.Invalid(path, name, "must be a standard resource type or fully qualified"));
        }

        return errors;
    }

    /// <summary>Of what containers ask for.</summary>
    public static Findings<FieldError> NameOf(FieldPath path, string name)
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
