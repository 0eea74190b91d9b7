using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Validation;

/// <summary>How much of a device's capacity claims may take.</summary>
internal static class CapacityPolicyValidation
{
    private const int ValuesMax = 10;

    /// <param name="capacity">How much there is.</param>
    public static Findings<FieldError> Policy(FieldPath path, CapacityRequestPolicy policy, Quantity capacity) => (policy.ValidValues.IsEmpty, policy.ValidRange, policy.Default) switch
    {
        (false, not null, _) => [FieldError.Forbidden(path, "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time")],
        (false, _, null) => [FieldError.Required(path.Child("default"), "required when validValues is defined")],
        (false, _, { } usual) => Values(path.Child("validValues"), policy.ValidValues, usual, capacity),
        (_, not null, null) => [FieldError.Required(path.Child("default"), "required when validRange is defined")],
        (_, { } range, { } usual) => Range(path.Child("validRange"), range, usual, capacity),
        _ => [],
    };

    private static Findings<FieldError> Values(FieldPath path, ValueList<Quantity> values, Quantity usual, Quantity capacity) =>
    [
        .. Enumerable.Range(1, values.Count - 1)
            .Where(at => values[at - 1] > values[at])
            .Select(at => FieldError.Invalid(path.Index(at), values[at], "values must be sorted in ascending order")),
        .. BoundedLists.Set(
            path,
            values,
            ValuesMax,
            (at, value) => FieldRules.If(value > capacity, () => FieldError.Invalid(at, value, $"option is larger than capacity value: {capacity}")),
            value => value.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        .. FieldRules.If(!values.Contains(usual), () => FieldError.Invalid(path, usual, "default value is not valid according to the requestPolicy")),
    ];

    private static Findings<FieldError> Range(FieldPath path, CapacityRequestPolicyRange range, Quantity usual, Quantity capacity)
    {
        var (least, most) = (path.Child("min"), path.Child("max"));
        return range.Min is not { } min
            ? [FieldError.Required(least, "required when validRange is defined")]
            :
            [
                .. FieldRules.If(min > capacity, () => FieldError.Invalid(least, min, $"min is larger than capacity value: {capacity}")),
                .. FieldRules.If(usual < min, () => FieldError.Invalid(least, usual, $"default is less than min: {min}")),
                .. FieldRules.If(min > range.Max, () => FieldError.Invalid(most, min, $"min is larger than max: {range.Max}")),
                .. FieldRules.If(range.Max > capacity, () => FieldError.Invalid(most, range.Max, $"max is larger than capacity value: {capacity}")),
                .. FieldRules.If(usual > range.Max, () => FieldError.Invalid(most, usual, $"default is more than max: {range.Max}")),
                .. range.Step is { } step ? Step(path.Child("step"), range, step, usual, capacity) : [],
            ];
    }

    private static Findings<FieldError> Step(FieldPath path, CapacityRequestPolicyRange range, Quantity step, Quantity usual, Quantity capacity)
    {
        var min = range.Min!.Value;
        var added = min + step;
        return
        [
            .. FieldRules.If(added > capacity, () => FieldError.Invalid(path, step, $"one step {added} is larger than capacity value: {capacity}")),
            .. Multiple(usual),
            .. range.Max is { } max ? Multiple(max) : [],
        ];

        // A step of nothing is no step.
        Findings<FieldError> Multiple(Quantity value) => FieldRules.If(
            step.Value == 0 || (value.Value - min.Value) % step.Value != 0,
            () => FieldError.Invalid(path, value, $"value is not a multiple of a given step ({step}) from ({min})"));
    }
}
