using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Fields of the pod as files.</summary>
public sealed partial record DownwardAPIVolumeSource
{
    /// <summary>The files.</summary>
    [Field(1)]
    public ValueList<DownwardAPIVolumeFile> Items { get; init; }

    /// <summary>Permissions of the files; 0644 by default.</summary>
    [Field(2)]
    public int? DefaultMode { get; init; }
}

/// <summary>A file that holds a field of the pod.</summary>
public sealed partial record DownwardAPIVolumeFile
{
    /// <summary>The file, below the volume's top.</summary>
    [Field(1, Required = true)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>The field, such as metadata.labels.</summary>
    [Field(2)]
    public ObjectFieldSelector? FieldRef { get; init; }

    /// <summary>A container's request or limit instead.</summary>
    [Field(3)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    /// <summary>The file's permissions; the volume's defaultMode where it is absent.</summary>
    [Field(4)]
    public int? Mode { get; init; }
}
