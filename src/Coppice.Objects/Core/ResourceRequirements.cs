using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ResourceRequirements
{
    [Field(1)]
    public ValueMap<Quantity> Limits { get; init; }

    [Field(2)]
    public ValueMap<Quantity> Requests { get; init; }

    [Field(3, List = ListType.Map, ListKeys = "name")]
    public ValueList<ResourceClaim> Claims { get; init; }
}

public sealed record ResourceClaim
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Request { get; init; }
}
