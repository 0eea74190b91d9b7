using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Coppice.Objects.Generation;

/// <summary>The code by which a record is read from JSON. What is not as most write it is left to the serializer, which starts anew.</summary>
internal static class ReadingCode
{
    private const string Reading = "global::Coppice.Objects.JsonReading.";
    private const int FieldsPerWord = 64;

    // They take what a decoder that checks everything takes, and no more.
    private static readonly string[] ExactConverters = ["IntOrStringConverter", "QuantityConverter", "SharedWordConverter"];

    public static void Append(StringBuilder text, string record, IReadOnlyList<Property> properties)
    {
        text.AppendLine($"    internal static {record} ReadJson(ref global::Coppice.Objects.RecordReader reader)");
        text.AppendLine("    {");
        text.AppendLine($"        {Reading}Begin(ref reader);");
        for (var i = 0; i < properties.Count; i++)
        {
            text.AppendLine($"        {DeclaredType(properties[i])} value{i} = default;");
        }

        for (var word = 0; word * FieldsPerWord < properties.Count; word++)
        {
            text.AppendLine($"        var seen{word} = 0UL;");
        }

        text.AppendLine($"        while ({Reading}NextName(ref reader, out var name))");
        text.AppendLine("        {");
        text.AppendLine("            switch (name.Length)");
        text.AppendLine("            {");
        foreach (var sameLength in properties.Select((property, i) => (property, i)).GroupBy(p => p.property.JsonName.Length).OrderBy(g => g.Key))
        {
            text.AppendLine($"                case {sameLength.Key}:");
            foreach (var (property, i) in sameLength)
            {
                text.AppendLine($"                    if (global::System.MemoryExtensions.SequenceEqual(name, {property.Quoted})) {{ {Once(i)} reader.Json.Read(); value{i} = {Value(property)}; continue; }}");
            }

            text.AppendLine("                    break;");
        }

        text.AppendLine("            }");
        text.AppendLine("            reader.SkipUnknown();");
        text.AppendLine("        }");
        text.AppendLine($"        return new {record}");
        text.AppendLine("        {");
        for (var i = 0; i < properties.Count; i++)
        {
            text.AppendLine($"            {properties[i].Name} = value{i},");
        }

        text.AppendLine("        };");
        text.AppendLine("    }");
    }

    private static string Once(int property) => $"{Reading}Once(ref reader, ref seen{property / FieldsPerWord}, 1UL << {property % FieldsPerWord});";

    private static string DeclaredType(Property property) => ApiType.NameOf(property.Type) + (property.IsNullableStruct ? "?" : "");

    private static string Value(Property property) => property.IsNullableStruct
        ? $"reader.IsNull() ? default({DeclaredType(property)}) : {Value(property.Type, property.Converter)}"
        : Value(property.Type, property.Converter);

    /// <param name="converter">The field's own, which is not its type's.</param>
    private static string Value(ITypeSymbol type, INamedTypeSymbol? converter) => (type, converter?.Name) switch
    {
        ({ SpecialType: SpecialType.System_String }, null or "EmptyIsAbsentConverter") => $"{Reading}Word(ref reader)",
        ({ SpecialType: SpecialType.System_String }, "ExactStringConverter") => $"{Reading}Text(ref reader)",
        ({ SpecialType: SpecialType.System_Boolean }, null) => $"{Reading}Boolean(ref reader)",
        ({ SpecialType: SpecialType.System_Int32 }, null) => $"{Reading}Int32(ref reader)",
        ({ SpecialType: SpecialType.System_Int64 }, null) => $"{Reading}Int64(ref reader)",
        ({ SpecialType: SpecialType.System_Double }, null) => $"{Reading}Double(ref reader)",
        ({ Name: "DateTimeOffset" }, null) => $"{Reading}Time(ref reader)",
        (_, null) when ApiType.IsRecord(type) =>
            $"reader.IsNull() ? null : {ApiType.NameOf(type)}.ReadJson(ref reader)",
        (_, null) when ValueCode.ElementOf(type, "ValueList") is { } element => Collection("List", type, element),
        (_, null) when ValueCode.ElementOf(type, "ValueMap") is { } element => Collection("Map", type, element),
        _ when (converter ?? ApiType.ConverterOf(type)) is { } own => ByConverter("Value", type, own),
        _ => $"{Reading}Other<{ApiType.NameOf(type)}>(ref reader)",
    };

    private static string Collection(string what, ITypeSymbol type, ITypeSymbol element) => element switch
    {
        { SpecialType: SpecialType.System_String } => $"{Reading}Text{what}(ref reader)",
        _ when ApiType.IsRecord(element) => $"{Reading}{what}<{ApiType.NameOf(element)}>(ref reader)",
        { IsValueType: true } when ApiType.ConverterOf(element) is { Name: not "ValueConverterFactory" } own => ByConverter(what, element, own),
        _ => $"{Reading}Other<{ApiType.NameOf(type)}>(ref reader)",
    };

    private static string ByConverter(string what, ITypeSymbol type, INamedTypeSymbol converter) =>
        $"{Reading}{ReadingOf(what, converter)}<{ApiType.NameOf(type)}, {ApiType.NameOf(converter)}>(ref reader)";

    private static string ReadingOf(string what, INamedTypeSymbol converter) => (what, ExactConverters.Contains(converter.Name)) switch
    {
        (_, true) => what,
        ("Value", _) => "Lenient",
        _ => $"Lenient{what}",
    };
}
