using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record EnvVar
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Value { get; init; }

    [Field(3)]
    public EnvVarSource? ValueFrom { get; init; }
}

public sealed record EnvVarSource
{
    [Field(1)]
    public ObjectFieldSelector? FieldRef { get; init; }

    [Field(2)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    [Field(3)]
    public ConfigMapKeySelector? ConfigMapKeyRef { get; init; }

    [Field(4)]
    public SecretKeySelector? SecretKeyRef { get; init; }

    [Field(5)]
    public FileKeySelector? FileKeyRef { get; init; }
}

public sealed record ObjectFieldSelector
{
    [Field(1)]
    public string? ApiVersion { get; init; }

    [Field(2, Required = true)]
    public string FieldPath { get; init => field = value ?? ""; } = "";
}

public sealed record ResourceFieldSelector
{
    [Field(1)]
    public string? ContainerName { get; init; }

    [Field(2, Required = true)]
    public string Resource { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public Quantity Divisor { get; init; }
}

public sealed record SecretKeySelector
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool? Optional { get; init; }
}

public sealed record FileKeySelector
{
    [Field(1, Required = true)]
    public string VolumeName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(4, Default = "false")]
    public bool? Optional { get; init; }
}
