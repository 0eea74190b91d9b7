using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>A type that makes the converter of itself, which for a generic one nobody else can without code made at run time.</summary>
internal interface IOwnConverter
{
    JsonConverter Converter(JsonSerializerOptions options);
}

/// <summary>Asks each type that has one for its own converter.</summary>
internal sealed class ValueConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type type) => type.IsAssignableTo(typeof(IOwnConverter));

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "These are structs, and nothing of them is constructed here: the default value is asked.")]
    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        ((IOwnConverter)RuntimeHelpers.GetUninitializedObject(type)).Converter(options);
}
