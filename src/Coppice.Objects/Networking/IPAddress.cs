namespace Coppice.Objects.Networking;

/// <summary>That an address is taken, and by what; its name is the address.</summary>
public sealed partial record IPAddress : KubernetesObject
{
    /// <summary>What has it.</summary>
    [Field(2, Required = true)]
    public IPAddressSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What has an address.</summary>
public sealed partial record IPAddressSpec
{
    /// <summary>The object that has it; cannot be changed.</summary>
    [Field(1, Required = true)]
    public ParentReference? ParentRef { get; init; }
}

/// <summary>An object of any kind.</summary>
public sealed partial record ParentReference
{
    /// <summary>Its group; absent for the core group.</summary>
    [Field(1)]
    public string? Group { get; init; }

    /// <summary>Its resource, as in a URL.</summary>
    [Field(2, Required = true)]
    public string Resource { get; init => field = value ?? ""; } = "";

    /// <summary>Its namespace, if it has one.</summary>
    [Field(3)]
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    [Field(4, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}
