using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>How objects of kinds that were made at run time are read and written as JSON.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CustomObject))]
internal sealed partial class KindsJsonContext : JsonSerializerContext;
