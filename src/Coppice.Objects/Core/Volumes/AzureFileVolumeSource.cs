using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record AzureFileVolumeSource
{
    [Field(1, Required = true)]
    public string SecretName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string ShareName { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool ReadOnly { get; init; }
}
