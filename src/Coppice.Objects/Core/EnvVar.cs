using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A variable of a container's environment.</summary>
public sealed partial record EnvVar
{
    /// <summary>The variable's name.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its text; $(OTHER) stands for a variable set before it.</summary>
    [Field(2)]
    public string? Value { get; init; }

    /// <summary>Where its text comes from instead.</summary>
    [Field(3)]
    public EnvVarSource? ValueFrom { get; init; }
}

/// <summary>Where a variable's text comes from; just one is set.</summary>
public sealed partial record EnvVarSource
{
    /// <summary>A field of the pod, such as metadata.name or status.podIP.</summary>
    [Field(1)]
    public ObjectFieldSelector? FieldRef { get; init; }

    /// <summary>A request or limit of a container.</summary>
    [Field(2)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    /// <summary>A key of a ConfigMap.</summary>
    [Field(3)]
    public ConfigMapKeySelector? ConfigMapKeyRef { get; init; }

    /// <summary>A key of a Secret.</summary>
    [Field(4)]
    public SecretKeySelector? SecretKeyRef { get; init; }

    /// <summary>A variable in a file of a volume.</summary>
    [Field(5)]
    public FileKeySelector? FileKeyRef { get; init; }
}

/// <summary>A field of the pod.</summary>
[AtomicObject]
public sealed partial record ObjectFieldSelector
{
    /// <summary>The version that the path is written in; v1 by default.</summary>
    [Field(1)]
    public string? ApiVersion { get; init; }

    /// <summary>The path, such as metadata.labels['app'].</summary>
    [Field(2, Required = true)]
    public string FieldPath { get; init => field = value ?? ""; } = "";
}

/// <summary>A request or limit of a container.</summary>
[AtomicObject]
public sealed partial record ResourceFieldSelector
{
    /// <summary>The container; needed in volumes, the own one in variables.</summary>
    [Field(1)]
    public string? ContainerName { get; init; }

    /// <summary>Such as limits.cpu or requests.memory.</summary>
    [Field(2, Required = true)]
    public string Resource { get; init => field = value ?? ""; } = "";

    /// <summary>The unit to count in; 1 by default.</summary>
    [Field(3)]
    public Quantity Divisor { get; init; }
}

/// <summary>A key of a Secret in the same namespace.</summary>
[AtomicObject]
public sealed partial record SecretKeySelector
{
    /// <summary>The Secret's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>The key.</summary>
    [Field(2, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the Secret or its key may be missing.</summary>
    [Field(3)]
    public bool? Optional { get; init; }
}

/// <summary>A variable in a file that a volume holds.</summary>
[AtomicObject]
public sealed partial record FileKeySelector
{
    /// <summary>The pod's volume, an emptyDir.</summary>
    [Field(1, Required = true)]
    public string VolumeName { get; init => field = value ?? ""; } = "";

    /// <summary>The file within the volume.</summary>
    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>The variable in the file.</summary>
    [Field(3, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the file or the variable may be missing.</summary>
    [Field(4, Default = "false")]
    public bool? Optional { get; init; }
}
