namespace Coppice.Objects.Meta;

/// <summary>A kind by its full name.</summary>
public sealed partial record GroupVersionKind
{
    /// <summary>The group; empty for the core group.</summary>
    [Field(1, Required = true)]
    public string Group { get; init => field = value ?? ""; } = "";

    /// <summary>The version, as in v1.</summary>
    [Field(2, Required = true)]
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The kind, as in Pod.</summary>
    [Field(3, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";
}

/// <summary>A resource by its full name.</summary>
public sealed partial record GroupVersionResource
{
    /// <summary>The group; empty for the core group.</summary>
    [Field(1, Required = true)]
    public string Group { get; init => field = value ?? ""; } = "";

    /// <summary>The version, as in v1.</summary>
    [Field(2, Required = true)]
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The resource, as in pods.</summary>
    [Field(3, Required = true)]
    public string Resource { get; init => field = value ?? ""; } = "";
}
