namespace Coppice.Cel.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    EscapedIdentifier,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Symbol,
}

/// <param name="Offset">In chars of the text.</param>
/// <param name="Text">As it is written; an escaped identifier without its quotes.</param>
internal readonly record struct Token(TokenKind Kind, int Offset, string Text)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    /// <summary>As syntax errors name it.</summary>
    public string Shown => Kind == TokenKind.End ? "<EOF>" : Kind == TokenKind.EscapedIdentifier ? $"`{Text}`" : Text;
}
