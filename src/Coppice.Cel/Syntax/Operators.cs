namespace Coppice.Cel.Syntax;

/// <summary>The operators' names as functions, as errors tell them.</summary>
internal static class Operators
{
    public const string Conditional = "_?_:_";
    public const string And = "_&&_";
    public const string Or = "_||_";
    public const string Not = "!_";
    public const string Equal = "_==_";
    public const string NotEqual = "_!=_";
    public const string Less = "_<_";
    public const string LessOrEqual = "_<=_";
    public const string Greater = "_>_";
    public const string GreaterOrEqual = "_>=_";
    public const string Add = "_+_";
    public const string Subtract = "_-_";
    public const string Multiply = "_*_";
    public const string Divide = "_/_";
    public const string Modulo = "_%_";
    public const string Negate = "-_";
    public const string Index = "_[_]";
    public const string OptionalIndex = "_[?_]";
    public const string OptionalSelect = "_?._";
    public const string In = "@in";

    /// <summary>False only for false: an error may still be mended by a later element.</summary>
    public const string NotStrictlyFalse = "@not_strictly_false";

    /// <summary>Adds an entry to the map that a comprehension builds; an error if its key is there.</summary>
    public const string MapInsert = "cel.@mapInsert";
}
