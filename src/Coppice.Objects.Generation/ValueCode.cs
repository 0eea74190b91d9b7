using System.Linq;
using Microsoft.CodeAnalysis;

namespace Coppice.Objects.Generation;

/// <summary>The code about one value of a type, be it a field's or an element's.</summary>
internal static class ValueCode
{
    private const string Own = "global::Coppice.Objects.";

    /// <summary>What stands in a list or map; null if the type is neither.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol type, string collection) =>
        type is INamedTypeSymbol { IsGenericType: true } generic && generic.Name == collection ? generic.TypeArguments[0] : null;

    public static bool IsNumber(ITypeSymbol type) => type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Double;

    /// <summary>The statement that writes it, after its name if it has one.</summary>
    public static string Write(ITypeSymbol type, string value) => type switch
    {
        { SpecialType: SpecialType.System_String } => $"writer.WriteStringValue({value});",
        { SpecialType: SpecialType.System_Boolean } => $"writer.WriteBooleanValue({value});",
        _ when IsNumber(type) => $"writer.WriteNumberValue({value});",
        { Name: "DateTimeOffset" } => $"writer.WriteStringValue({Own}ApiTime.Write({value}));",
        _ when ApiType.IsRecord(type) => $"{value}.WriteJson(writer);",
        _ when ElementOf(type, "ValueList") is { } element =>
            $"writer.WriteStartArray(); foreach (var {value}_ in {value}.AsSpan()) {{ {Write(element, value + "_")} }} writer.WriteEndArray();",
        _ when ElementOf(type, "ValueMap") is { } element =>
            $"writer.WriteStartObject(); foreach (var ({value}Name, {value}_) in {value}) {{ writer.WritePropertyName({value}Name); {Write(element, value + "_")} }} writer.WriteEndObject();",
        _ when ApiType.ConverterOf(type) is { Name: not "ValueConverterFactory" } converter => $"{Own}SharedConverter<{ApiType.NameOf(converter)}>.Instance.Write(writer, {value}, null!);",
        _ => $"{Own}ApiJson.WriteValue(writer, {value});",
    };

    /// <summary>The condition under which it is read from its JSON as it is; null for always.</summary>
    /// <param name="converter">The field's own, by its name.</param>
    public static string? Keeps(ITypeSymbol type, string value, string? converter) => (type, converter) switch
    {
        ({ SpecialType: SpecialType.System_String }, null or "EmptyIsAbsentConverter" or "SharedWordConverter") => $"{Own}RoundTrip.KeepsWord({value})",
        ({ SpecialType: SpecialType.System_String }, "ExactStringConverter") => $"{Own}RoundTrip.IsText({value})",
        ({ SpecialType: SpecialType.System_Boolean or SpecialType.System_Int32 or SpecialType.System_Int64 } or { Name: "Base64Data" }, null) => null,
        ({ Name: "DateTimeOffset" or "MicroTime" or "Quantity" or "IntOrString" or "FieldsV1" }, null) => $"{Own}RoundTrip.Keeps({value})",
        (_, null or "ManagedFieldsConverter") when ElementOf(type, "ValueList") is { } element => All(element, $"{Own}RoundTrip.All({value}", "static one => "),
        (_, null) when ElementOf(type, "ValueMap") is { } element => All(element, $"{Own}RoundTrip.All({value}", "static one => "),
        (_, null) when ApiType.IsRecord(type) => $"{value}.KeepsJson()",
        _ => "false",
    };

    // Every element is there: an empty text is one, and nothing is none.
    private static string All(ITypeSymbol element, string call, string each) => element switch
    {
        { SpecialType: SpecialType.System_String } => $"{call}, {each}one is not null && {Own}RoundTrip.IsText(one))",
        { IsReferenceType: true } => $"{call}, {each}one is not null && {Keeps(element, "one", null) ?? "true"})",
        _ => $"{call}, {each}{Keeps(element, "one", null) ?? "true"})",
    };
}
