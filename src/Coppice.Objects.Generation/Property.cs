using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Coppice.Objects.Generation;

/// <summary>A field of a record.</summary>
internal sealed class Property(IPropertySymbol symbol)
{
    // JsonIgnoreCondition.Never
    private const int Never = 0;

    public string Name { get; } = symbol.Name;

    public string JsonName { get; } = ApiType.AttributeOf(symbol, "JsonPropertyNameAttribute")?.ConstructorArguments[0].Value as string ?? CamelCase(symbol.Name);

    /// <summary>Written whatever it is: what is required is there even if it is empty.</summary>
    public bool IsAlwaysWritten { get; } =
        ApiType.AttributeOf(symbol, "JsonIgnoreAttribute")?.NamedArguments.Any(a => a.Key == "Condition" && a.Value.Value is Never) == true;

    /// <summary>The name as a literal of UTF-8.</summary>
    public string Quoted => SymbolDisplay.FormatLiteral(JsonName, quote: true) + "u8";

    /// <summary>Its own converter; null if its type tells.</summary>
    public INamedTypeSymbol? Converter { get; } = ApiType.ConverterOf(symbol);

    /// <summary>May be null.</summary>
    public bool IsNullable => Type.IsReferenceType || IsNullableStruct;

    public bool IsNullableStruct { get; } = IsNullableOf(symbol.Type);

    /// <summary>Without the mark of what may be null.</summary>
    public ITypeSymbol Type { get; } = IsNullableOf(symbol.Type) ? ((INamedTypeSymbol)symbol.Type).TypeArguments[0] : symbol.Type.WithNullableAnnotation(NullableAnnotation.None);

    private static bool IsNullableOf(ITypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    /// <summary>As System.Text.Json does: the capitals at the beginning become small, but for one that begins a word after them.</summary>
    private static string CamelCase(string name)
    {
        var letters = name.ToCharArray();
        for (var i = 0; i < letters.Length && char.IsUpper(letters[i]); i++)
        {
            if (i > 0 && i + 1 < letters.Length && !char.IsUpper(letters[i + 1]))
            {
                break;
            }

            letters[i] = char.ToLowerInvariant(letters[i]);
        }

        return new string(letters);
    }
}
