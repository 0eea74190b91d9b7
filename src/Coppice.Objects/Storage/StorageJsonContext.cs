using System.Text.Json.Serialization;

namespace Coppice.Objects.Storage;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(CSIDriver))]
[JsonSerializable(typeof(CSIDriverSpec))]
[JsonSerializable(typeof(CSINode))]
[JsonSerializable(typeof(CSINodeDriver))]
[JsonSerializable(typeof(CSINodeSpec))]
[JsonSerializable(typeof(CSIStorageCapacity))]
[JsonSerializable(typeof(StorageClass))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(VolumeAttachment))]
[JsonSerializable(typeof(VolumeAttachmentSource))]
[JsonSerializable(typeof(VolumeAttachmentSpec))]
[JsonSerializable(typeof(VolumeAttachmentStatus))]
[JsonSerializable(typeof(VolumeAttributesClass))]
[JsonSerializable(typeof(VolumeError))]
[JsonSerializable(typeof(VolumeNodeResources))]
internal sealed partial class StorageJsonContext : JsonSerializerContext;
