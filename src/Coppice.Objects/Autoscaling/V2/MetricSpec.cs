namespace Coppice.Objects.Autoscaling.V2;

/// <summary>One figure to go by: its type says which of the fields has it.</summary>
public sealed partial record MetricSpec
{
    /// <summary>Where the figure comes from: Resource, ContainerResource, Pods, Object or External.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>A figure of one object, such as requests that reach an Ingress.</summary>
    [Field(2)]
    public ObjectMetricSource? Object { get; init; }

    /// <summary>A figure of each pod, as an average over all.</summary>
    [Field(3)]
    public PodsMetricSource? Pods { get; init; }

    /// <summary>What the pods use of a resource that they request.</summary>
    [Field(4)]
    public ResourceMetricSource? Resource { get; init; }

    /// <summary>What one container of each pod uses of a resource that it requests.</summary>
    [Field(7)]
    public ContainerResourceMetricSource? ContainerResource { get; init; }

    /// <summary>A figure from outside of the cluster.</summary>
    [Field(5)]
    public ExternalMetricSource? External { get; init; }
}

/// <summary>The values of MetricSourceType.</summary>
public static class MetricSourceType
{
    public const string Object = "Object";
    public const string Pods = "Pods";
    public const string Resource = "Resource";
    public const string ContainerResource = "ContainerResource";
    public const string External = "External";
}

/// <summary>A figure of one object.</summary>
public sealed partial record ObjectMetricSource
{
    /// <summary>The object.</summary>
    [Field(1, Required = true)]
    public CrossVersionObjectReference DescribedObject { get; init => field = value ?? new(); } = new();

    /// <summary>What the figure should be.</summary>
    [Field(2, Required = true)]
    public MetricTarget Target { get; init => field = value ?? new(); } = new();

    /// <summary>Which figure it is.</summary>
    [Field(3, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();
}

/// <summary>A figure of each pod.</summary>
public sealed partial record PodsMetricSource
{
    /// <summary>Which figure it is.</summary>
    [Field(1, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();

    /// <summary>What its average should be.</summary>
    [Field(2, Required = true)]
    public MetricTarget Target { get; init => field = value ?? new(); } = new();
}

/// <summary>What the pods use of a resource.</summary>
public sealed partial record ResourceMetricSource
{
    /// <summary>The resource, such as cpu.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What its average should be.</summary>
    [Field(2, Required = true)]
    public MetricTarget Target { get; init => field = value ?? new(); } = new();
}

/// <summary>What one container of each pod uses of a resource.</summary>
public sealed partial record ContainerResourceMetricSource
{
    /// <summary>The resource, such as cpu.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What its average should be.</summary>
    [Field(2, Required = true)]
    public MetricTarget Target { get; init => field = value ?? new(); } = new();

    /// <summary>The container's name.</summary>
    [Field(3, Required = true)]
    public string Container { get; init => field = value ?? ""; } = "";
}

/// <summary>A figure from outside of the cluster.</summary>
public sealed partial record ExternalMetricSource
{
    /// <summary>Which figure it is.</summary>
    [Field(1, Required = true)]
    public MetricIdentifier Metric { get; init => field = value ?? new(); } = new();

    /// <summary>What it should be.</summary>
    [Field(2, Required = true)]
    public MetricTarget Target { get; init => field = value ?? new(); } = new();
}

/// <summary>The name of a figure.</summary>
public sealed partial record MetricIdentifier
{
    /// <summary>What those call it who measure it.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Which of the figures of that name are meant; if absent, they are told apart by name alone.</summary>
    [Field(2)]
    public Meta.LabelSelector? Selector { get; init; }
}

/// <summary>What a figure should be; its type says which of the fields has it.</summary>
public sealed partial record MetricTarget
{
    /// <summary>Utilization, Value or AverageValue.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The figure as it is.</summary>
    [Field(2)]
    public Quantity? Value { get; init; }

    /// <summary>Its average over all pods.</summary>
    [Field(3)]
    public Quantity? AverageValue { get; init; }

    /// <summary>Its average over all pods, in percent of what they request.</summary>
    [Field(4)]
    public int? AverageUtilization { get; init; }
}

/// <summary>The values of MetricTargetType.</summary>
public static class MetricTargetType
{
    public const string Utilization = "Utilization";
    public const string Value = "Value";
    public const string AverageValue = "AverageValue";
}
