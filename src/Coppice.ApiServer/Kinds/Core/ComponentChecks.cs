using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>A part of the control plane.</summary>
/// <param name="Problem">What is wrong with it, or null.</param>
public sealed record ComponentCheck(string Name, Func<string?> Problem);

/// <summary>Looks at the parts of the control plane when somebody asks.</summary>
public sealed class ComponentChecks(params IReadOnlyList<ComponentCheck> checks) : IObjectSource
{
    public ValueTask<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken stop) =>
        new(checks.FirstOrDefault(check => check.Name == key.Name) is { } found ? Look(found) : null);

    public ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(string space, CancellationToken stop) =>
        new([.. checks.OrderBy(check => check.Name, StringComparer.Ordinal).Select(Look)]);

    private static ComponentStatus Look(ComponentCheck check)
    {
        var problem = check.Problem();
        return new()
        {
            ApiVersion = UnstoredKinds.ComponentStatus.ApiVersion,
            Kind = UnstoredKinds.ComponentStatus.Name,
            Metadata = new() { Name = check.Name },
            Conditions =
            [
                new ComponentCondition
                {
                    Type = ComponentConditionType.Healthy,
                    Status = problem is null ? ConditionStatus.True : ConditionStatus.False,
                    Message = problem ?? "ok",
                },
            ],
        };
    }
}
