using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Core;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Kinds.Scheduling;

/// <summary>PriorityClasses: what a name means for pods that have it already stays as it is.</summary>
internal sealed class PriorityClassStrategy : KindStrategy<PriorityClass>
{
    private static readonly FieldPath Value = FieldPath.Of("value");

    private static readonly FieldPath Preemption = FieldPath.Of("preemptionPolicy");

    public override PriorityClass Default(PriorityClass item) =>
        item with { PreemptionPolicy = item.PreemptionPolicy ?? PreemptionPolicy.PreemptLowerPriority };

    public override PriorityClass PrepareForCreate(PriorityClass item) => item with { Metadata = FirstGeneration(item) };

    public override PriorityClass PrepareForUpdate(PriorityClass item, PriorityClass old) => item with { Metadata = NextGeneration(item, old, changed: false) };

    public override Findings<FieldError> Validate(PriorityClass item) =>
    [
        .. item.Metadata.Name?.StartsWith(SystemPriorities.Prefix, StringComparison.Ordinal) == true
            ? OfSystem(item)
            : FieldRules.If(
                item.Value > SystemPriorities.HighestOfUsers,
                () => FieldError.Forbidden(Value, $"maximum allowed value of a user defined priority is {SystemPriorities.HighestOfUsers}")),
        .. FieldRules.OneOfIfSet(Preemption, item.PreemptionPolicy, PreemptionPolicy.PreemptLowerPriority, PreemptionPolicy.Never),
    ];

    public override Findings<FieldError> ValidateUpdate(PriorityClass item, PriorityClass old) =>
    [
        .. FieldRules.If(item.Value != old.Value, () => FieldError.Forbidden(Value, "may not be changed in an update.")),
        .. FieldRules.Unchanged(Preemption, item.PreemptionPolicy, old.PreemptionPolicy),
    ];

    private static Findings<FieldError> OfSystem(PriorityClass item)
    {
        var known = SystemPriorities.Find(item.Metadata.Name);
        var why = known is null ? $"{item.Metadata.Name} is not a known system priority class"
            : known.Value != item.Value ? $"value of {item.Metadata.Name} PriorityClass must be {known.Value}"
            : known.GlobalDefault != item.GlobalDefault ? $"globalDefault of {item.Metadata.Name} PriorityClass must be false"
            : null;
        return FieldRules.If(why is not null, () => FieldError.Forbidden(
            FieldPath.Of("metadata", "name"), $"priority class names with '{SystemPriorities.Prefix}' prefix are reserved for system use only. error: {why}"));
    }
}
