using Coppice.Cel.Values;

namespace Coppice.Cel.Syntax;

/// <summary>A node of an expression's tree. Two nodes that look the same are two: what is found out about one is kept by the node.</summary>
/// <param name="offset">Where it is told to be if something is wrong with it, in chars of the text.</param>
internal abstract class Expression(int offset)
{
    public int Offset { get; } = offset;
}

internal sealed class ConstantExpression(int offset, CelValue value) : Expression(offset)
{
    public CelValue Value { get; } = value;
}

internal sealed class IdentifierExpression(int offset, string name) : Expression(offset)
{
    public string Name { get; } = name;
}

/// <summary><c>operand.field</c>, or with <paramref name="testOnly"/> <c>has(operand.field)</c>.</summary>
internal sealed class SelectExpression(int offset, Expression operand, string field, bool testOnly) : Expression(offset)
{
    public Expression Operand { get; } = operand;

    public string Field { get; } = field;

    public bool TestOnly { get; } = testOnly;
}

/// <summary><c>f(a)</c>, <c>target.f(a)</c>, or an operator by its name (<see cref="Operators"/>).</summary>
internal sealed class CallExpression(int offset, string function, Expression? target, IReadOnlyList<Expression> arguments) : Expression(offset)
{
    public string Function { get; } = function;

    public Expression? Target { get; } = target;

    public IReadOnlyList<Expression> Arguments { get; } = arguments;
}

/// <param name="Optional">Written <c>?value</c>: an optional that is left out if it is none.</param>
internal sealed record ListElement(Expression Value, bool Optional);

internal sealed class ListExpression(int offset, IReadOnlyList<ListElement> elements) : Expression(offset)
{
    public IReadOnlyList<ListElement> Elements { get; } = elements;
}

internal sealed record MapEntry(int Offset, Expression Key, Expression Value, bool Optional);

internal sealed class MapExpression(int offset, IReadOnlyList<MapEntry> entries) : Expression(offset)
{
    public IReadOnlyList<MapEntry> Entries { get; } = entries;
}

internal sealed record MessageField(int Offset, string Name, Expression Value, bool Optional);

internal sealed class MessageExpression(int offset, string type, IReadOnlyList<MessageField> fields) : Expression(offset)
{
    public string Type { get; } = type;

    public IReadOnlyList<MessageField> Fields { get; } = fields;
}

/// <summary>What all macros over lists and maps become: an accumulator that each element changes.</summary>
internal sealed class ComprehensionExpression(int offset, Expression range, string variable, string? second, ComprehensionLoop loop) : Expression(offset)
{
    /// <summary>The accumulator's name, which nobody can write.</summary>
    public const string Accumulator = "@result";

    public Expression Range { get; } = range;

    /// <summary>The element of a list, or the key of a map; with a second variable, the index or the key.</summary>
    public string Variable { get; } = variable;

    /// <summary>With it, the element or the value.</summary>
    public string? Second { get; } = second;

    public ComprehensionLoop Loop { get; } = loop;
}

/// <param name="AccumulatorName">Usually <see cref="ComprehensionExpression.Accumulator"/>; a name of the user's where the value is bound to it.</param>
internal sealed record ComprehensionLoop(Expression Start, Expression Condition, Expression Step, Expression Result, string AccumulatorName = ComprehensionExpression.Accumulator);
