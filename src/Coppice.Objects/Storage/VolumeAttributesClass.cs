namespace Coppice.Objects.Storage;

/// <summary>Attributes of volumes that may be changed while they are in use, such as speed.</summary>
public sealed partial record VolumeAttributesClass : KubernetesObject
{
    /// <summary>The driver that knows them; cannot be changed.</summary>
    [Field(2, Required = true)]
    public string DriverName { get; init => field = value ?? ""; } = "";

    /// <summary>The attributes; cannot be changed.</summary>
    [Field(3)]
    public ValueMap<string> Parameters { get; init; }
}
