namespace Coppice.Objects.Autoscaling.V2;

/// <summary>What was measured of one figure: its type says which of the fields has it.</summary>
public sealed partial record MetricStatus
{
    /// <summary>Where the figure comes from: Resource, ContainerResource, Pods, Object or External.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>A figure of one object.</summary>
    [Field(2)]
    public ObjectMetricStatus? Object { get; init; }

    /// <summary>A figure of each pod.</summary>
    [Field(3)]
    public PodsMetricStatus? Pods { get; init; }

    /// <summary>What the pods use of a resource.</summary>
    [Field(4)]
    public ResourceMetricStatus? Resource { get; init; }

    /// <summary>What one container of each pod uses of a resource.</summary>
    [Field(7)]
    public ContainerResourceMetricStatus? ContainerResource { get; init; }

    /// <summary>A figure from outside of the cluster.</summary>
    [Field(5)]
    public ExternalMetricStatus? External { get; init; }
}

/// <summary>What was measured of an object.</summary>
public sealed partial record ObjectMetricStatus
{
    /// <summary>Which figure it is.</summary>
    [Field(1, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();

    /// <summary>What it was.</summary>
    [Field(2, Required = true)]
    public MetricValueStatus Current { get; init => field = value ?? new(); } = new();

    /// <summary>The object.</summary>
    [Field(3, Required = true)]
    public CrossVersionObjectReference DescribedObject { get; init => field = value ?? new(); } = new();
}

/// <summary>What was measured of each pod.</summary>
public sealed partial record PodsMetricStatus
{
    /// <summary>Which figure it is.</summary>
    [Field(1, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();

    /// <summary>What it was.</summary>
    [Field(2, Required = true)]
    public MetricValueStatus Current { get; init => field = value ?? new(); } = new();
}

/// <summary>What the pods used of a resource.</summary>
public sealed partial record ResourceMetricStatus
{
    /// <summary>The resource, such as cpu.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>How much it was.</summary>
    [Field(2, Required = true)]
    public MetricValueStatus Current { get; init => field = value ?? new(); } = new();
}

/// <summary>What one container of each pod used of a resource.</summary>
public sealed partial record ContainerResourceMetricStatus
{
    /// <summary>The resource, such as cpu.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>How much it was.</summary>
    [Field(2, Required = true)]
    public MetricValueStatus Current { get; init => field = value ?? new(); } = new();

    /// <summary>The container's name.</summary>
    [Field(3, Required = true)]
    public string Container { get; init => field = value ?? ""; } = "";
}

/// <summary>What was measured outside of the cluster.</summary>
public sealed partial record ExternalMetricStatus
{
    /// <summary>Which figure it is.</summary>
    [Field(1, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();

    /// <summary>What it was.</summary>
    [Field(2, Required = true)]
    public MetricValueStatus Current { get; init => field = value ?? new(); } = new();
}

/// <summary>A figure as it was.</summary>
public sealed partial record MetricValueStatus
{
    /// <summary>The figure as it is.</summary>
    [Field(1)]
    public Quantity? Value { get; init; }

    /// <summary>Its average over all pods.</summary>
    [Field(2)]
    public Quantity? AverageValue { get; init; }

    /// <summary>Its average over all pods, in percent of what they request.</summary>
    [Field(3)]
    public int? AverageUtilization { get; init; }
}
