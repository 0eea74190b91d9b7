using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Autoscaling;

public sealed record Scale : KubernetesObject
{
    [Field(2)]
    public ScaleSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public ScaleStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record ScaleSpec
{
    [Field(1, Default = "0")]
    public int Replicas { get; init; }
}

public sealed record ScaleStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Replicas { get; init; }

    [Field(2)]
    public string? Selector { get; init; }
}
