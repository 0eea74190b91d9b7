using Coppice.Objects.Batch;

namespace Coppice.Objects;

/// <summary>What is said of a Job's state.</summary>
public static class JobConditions
{
    public static JobCondition? Find(JobStatus status, string type)
    {
        foreach (var condition in status.Conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    public static bool IsTrue(JobStatus status, string type) => Find(status, type)?.Status == ConditionStatus.True;

    /// <summary>It is over, well or not.</summary>
    public static bool IsFinished(JobStatus status) => IsTrue(status, JobConditionType.Complete) || IsTrue(status, JobConditionType.Failed);

    /// <summary>In the place of the one of its type, or else as the last one; the time of its last change stays if nothing has changed.</summary>
    public static JobStatus With(this JobStatus status, JobCondition condition)
    {
        var before = Find(status, condition.Type);
        if (before is not null && before.Status == condition.Status)
        {
            condition = condition with { LastTransitionTime = before.LastTransitionTime };
        }

        return status with
        {
            Conditions = before is null
                ? status.Conditions.Add(condition)
                : status.Conditions.ConvertAll(one => one.Type == condition.Type ? condition : one),
        };
    }
}
