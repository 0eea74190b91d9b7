using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Coppice.Objects.Generation;

/// <summary>
/// Gives every record of the API the code by which it writes itself as JSON, and tells whether its JSON is read as it is: what a
/// serializer finds out from tables at run time for every object again.
/// </summary>
[Generator]
public sealed class RecordGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is RecordDeclarationSyntax record && record.Modifiers.Any(SyntaxKind.PartialKeyword),
            static (node, stop) => FileOf((INamedTypeSymbol)node.SemanticModel.GetDeclaredSymbol(node.Node, stop)!));
        context.RegisterSourceOutput(files, static (output, file) =>
        {
            if (file is var (name, text))
            {
                output.AddSource(name, text);
            }
        });
    }

    /// <returns>Null for a record that is none of the API's.</returns>
    private static (string Name, string Text)? FileOf(INamedTypeSymbol type) =>
        ApiType.IsRecord(type) ? ($"{type.ToDisplayString()}.g.cs", RecordCode.Of(type, [.. ApiType.PropertiesOf(type).Select(p => new Property(p))])) : null;
}
