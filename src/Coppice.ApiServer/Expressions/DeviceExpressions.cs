using Coppice.Cel;
using Coppice.Cel.Types;

namespace Coppice.ApiServer.Expressions;

/// <summary>What expressions that select devices may name, and what comes of compiling them.</summary>
internal static class DeviceExpressions
{
    private static readonly Dictionary<string, CelType> DeviceFields = new(StringComparer.Ordinal)
    {
        ["driver"] = CelType.String,
        ["attributes"] = CelType.MapOf(CelType.String, CelType.MapOf(CelType.String, CelType.Dyn)),
        ["capacity"] = CelType.MapOf(CelType.String, CelType.MapOf(CelType.String, CelType.Opaque("kubernetes.Quantity"))),
        ["allowMultipleAllocations"] = CelType.Bool,
    };

    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType>(StringComparer.Ordinal)
    {
        ["device"] = CelType.Object("kubernetes.DRADevice", () => DeviceFields),
    });

    /// <summary>What is wrong with an expression, in Kubernetes' words; null if nothing is.</summary>
    public static string? Problem(string text)
    {
        var expression = Environment.Compile(text, out var issues);
        return issues is not null ? $"compilation failed: {issues}"
            : expression!.Type.Kind == CelKind.Dyn || expression.Type.Is(CelType.Bool) ? null
            : "must evaluate to bool or the unknown type, not " + (expression.Type.RuntimeName ?? expression.Type.Name);
    }
}
