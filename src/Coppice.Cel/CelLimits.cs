namespace Coppice.Cel;

/// <summary>Kubernetes' limits, in units of cost: a unit is about 50 ns.</summary>
public static class CelLimits
{
    /// <summary>What one evaluation of one expression may cost: about a tenth of a second.</summary>
    public const ulong PerCall = 1_000_000;

    /// <summary>What all rules of a custom resource, or all expressions of a policy, may cost in one request: about a second.</summary>
    public const long PerRequest = 10_000_000;

    /// <summary>What all match conditions of a webhook or policy may cost in one request: a quarter of that.</summary>
    public const long MatchConditionsPerRequest = 2_500_000;

    /// <summary>What one rule of a definition may cost at the worst, by its estimate.</summary>
    public const ulong EstimatePerRule = 10_000_000;

    /// <summary>The same for all rules of a definition.</summary>
    public const ulong EstimatePerDefinition = 100_000_000;

    /// <summary>The longest answer of a messageExpression that is shown.</summary>
    public const int MessageBytesMax = 5 * 1024;

    /// <summary>The largest object that a request can bring; estimates go by it where a schema says nothing.</summary>
    public const long RequestBytesMax = 3 * 1024 * 1024;

    internal const string CallTooCostly = "operation cancelled: actual cost limit exceeded";
}
