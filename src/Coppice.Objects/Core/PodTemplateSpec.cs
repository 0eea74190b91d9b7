using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PodTemplateSpec
{
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    [Field(2)]
    public PodSpec Spec { get; init => field = value ?? new(); } = new();
}
