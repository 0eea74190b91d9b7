using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A file share of Azure.</summary>
public sealed partial record AzureFileVolumeSource
{
    /// <summary>The Secret with the account's name and key.</summary>
    [Field(1, Required = true)]
    public string SecretName { get; init => field = value ?? ""; } = "";

    /// <summary>The share.</summary>
    [Field(2, Required = true)]
    public string ShareName { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }
}
