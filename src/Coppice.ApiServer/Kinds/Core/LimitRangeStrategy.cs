using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>LimitRanges: what containers are given by default follows from the bounds where it is not said.</summary>
internal sealed class LimitRangeStrategy : KindStrategy<LimitRange>
{
    public override LimitRange Default(LimitRange item) => item with { Spec = new() { Limits = item.Spec.Limits.ConvertAll(Default) } };

    public override Findings<FieldError> Validate(LimitRange item) => LimitRangeValidation.Validate(item.Spec);

    /// <summary>Who gets nothing else gets the most, and asks for as much as it gets, or else for the least.</summary>
    private static LimitRangeItem Default(LimitRangeItem item)
    {
        item = item with
        {
            Max = ContainerDefaults.RoundUp(item.Max),
            Min = ContainerDefaults.RoundUp(item.Min),
            Default = ContainerDefaults.RoundUp(item.Default),
            DefaultRequest = ContainerDefaults.RoundUp(item.DefaultRequest),
            MaxLimitRequestRatio = ContainerDefaults.RoundUp(item.MaxLimitRequestRatio),
        };
        if (item.Type != LimitType.Container)
        {
            return item;
        }

        var limits = item.Max.With(item.Default);
        return item with { Default = limits, DefaultRequest = item.Min.With(limits).With(item.DefaultRequest) };
    }
}
