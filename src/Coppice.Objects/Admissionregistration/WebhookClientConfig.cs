namespace Coppice.Objects.Admissionregistration;

/// <summary>Where a webhook is, and how it is known to be the right one: either an address or a service.</summary>
public sealed partial record WebhookClientConfig
{
    /// <summary>Its address, with https, where it is no service of the cluster.</summary>
    [Field(3, Pointer = true)]
    public string? Url { get; init; }

    /// <summary>The service of the cluster that it is behind.</summary>
    [Field(1)]
    public ServiceReference? Service { get; init; }

    /// <summary>Certificates as PEM that its own is signed by; those that the machine trusts, if there are none.</summary>
    [Field(2)]
    public Base64Data CaBundle { get; init; }
}

/// <summary>A port of a service, and what is asked for there.</summary>
public sealed partial record ServiceReference
{
    /// <summary>The service's namespace.</summary>
    [Field(1, Required = true)]
    public string Namespace { get; init => field = value ?? ""; } = "";

    /// <summary>The service.</summary>
    [Field(2, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The path of the URL.</summary>
    [Field(3, Pointer = true)]
    public string? Path { get; init; }

    /// <summary>The service's port; 443 if nothing is said.</summary>
    [Field(4)]
    public int? Port { get; init; }
}
