using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>What is said of the state of a definition.</summary>
internal static class DefinitionConditions
{
    public static CustomResourceDefinitionCondition? Find(CustomResourceDefinition item, string type)
    {
        foreach (var condition in item.Status.Conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    public static bool IsTrue(CustomResourceDefinition item, string type) => Find(item, type)?.Status == ConditionStatus.True;

    /// <summary>With this condition in the place of the former of its type, whose time it keeps if the status is the same.</summary>
    public static CustomResourceDefinition With(CustomResourceDefinition item, CustomResourceDefinitionCondition condition, DateTimeOffset now)
    {
        var former = Find(item, condition.Type);
        if (former is not null && former with { LastTransitionTime = null } == condition with { LastTransitionTime = null })
        {
            return item;
        }

        var at = former?.Status == condition.Status ? former.LastTransitionTime : ApiTime.Truncate(now);
        var dated = condition with { LastTransitionTime = at };
        return item with
        {
            Status = item.Status with
            {
                Conditions = former is null
                    ? item.Status.Conditions.Add(dated)
                    : item.Status.Conditions.ConvertAll(one => one.Type == condition.Type ? dated : one),
            },
        };
    }
}
