using Coppice.Objects.Meta;
using Coppice.Objects.Networking;

namespace Coppice.Objects;

/// <summary>What is said of a range of service addresses: who looks after it and who gives addresses of it mean the same.</summary>
public static class ServiceRangeConditions
{
    public const string Ready = "Ready";

    public static ServiceCIDRStatus WithReady(this ServiceCIDRStatus status, bool isReady, string reason, string message, DateTimeOffset now)
    {
        var value = isReady ? ConditionStatus.True : ConditionStatus.False;
        var condition = new Condition { Type = Ready, Status = value, LastTransitionTime = ApiTime.Truncate(now), Reason = reason, Message = message };
        return status.Conditions.Any(one => one.Type == Ready && one.Status == value)
            ? status
            : status with { Conditions = [.. status.Conditions.Where(one => one.Type != Ready), condition] };
    }
}
