using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Coppice.Objects.Generation;

/// <summary>What a type is to the API.</summary>
internal static class ApiType
{
    private const string FieldAttribute = "FieldAttribute";

    /// <summary>A record whose properties are fields, and which has no converter of its own.</summary>
    public static bool IsRecord(ITypeSymbol type) =>
        type is INamedTypeSymbol { IsRecord: true, IsReferenceType: true, IsAbstract: false } record
        && ConverterOf(record) is null
        && PropertiesOf(record).Any();

    /// <summary>The fields, in the order in which they are written: that of the base first where it says so.</summary>
    public static IEnumerable<IPropertySymbol> PropertiesOf(INamedTypeSymbol record)
    {
        var all = new List<IPropertySymbol>();
        for (INamedTypeSymbol? type = record; type is not null; type = type.BaseType)
        {
            all.AddRange(type.GetMembers().OfType<IPropertySymbol>().Where(p => !p.IsStatic && AttributeOf(p, FieldAttribute) is not null));
        }

        return all.OrderBy(p => AttributeOf(p, "JsonPropertyOrderAttribute")?.ConstructorArguments[0].Value as int? ?? 0);
    }

    public static AttributeData? AttributeOf(ISymbol symbol, string name) => symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == name);

    /// <summary>The converter that stands at a type or a property; null for none.</summary>
    public static INamedTypeSymbol? ConverterOf(ISymbol symbol) =>
        AttributeOf(symbol, "JsonConverterAttribute")?.ConstructorArguments[0].Value as INamedTypeSymbol;

    /// <summary>A type as code names it anywhere.</summary>
    public static string NameOf(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
}
