using Coppice.Cel.Evaluation;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Tests;

/// <summary>Expressions, and what comes of them in words.</summary>
internal static class Sample
{
    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType>
    {
        ["x"] = CelType.Int,
        ["name"] = CelType.String,
        ["names"] = CelType.ListOf(CelType.String),
        ["labels"] = CelType.MapOf(CelType.String, CelType.String),
        ["any"] = CelType.Dyn,
    });

    public static readonly Dictionary<string, CelValue> Variables = new()
    {
        ["x"] = IntValue.Of(7),
        ["name"] = new StringValue("web"),
        ["names"] = new ArrayList([new StringValue("a"), new StringValue("b")]),
        ["labels"] = new DictionaryMap(new Dictionary<CelValue, CelValue>(KeyEquality.Instance) { [new StringValue("app")] = new StringValue("web") }),
        ["any"] = new ArrayList([IntValue.Of(1), new StringValue("two"), new DoubleValue(3)]),
    };

    /// <summary>The answer, or what went wrong, or what is wrong with the expression.</summary>
    public static string Evaluate(string text) => Environment.Compile(text, out var errors) is { } expression ? Show(expression.Evaluate(new Activation(Variables)).Value) : errors!;

    public static EvaluationResult Run(string text, ulong costMax = CelLimits.PerCall) => Compile(text).Evaluate(new Activation(Variables), costMax);

    public static CompiledExpression? TryCompile(string text) => Environment.Compile(text, out _);

    public static CompiledExpression Compile(string text) => Environment.Compile(text, out var errors) ?? throw new InvalidOperationException(errors);

    public static string Show(CelValue value) => value switch
    {
        StringValue text => $"\"{text.Value}\"",
        UintValue number => $"{number.Text}u",
        NumberValue number => number.Text,
        BoolValue flag => flag.Value ? "true" : "false",
        NullValue => "null",
        BytesValue bytes => $"b{string.Join(' ', bytes.Value)}",
        TypeValue type => type.Name,
        ErrorValue error => $"error: {error.Message}",
        OptionalValue optional => optional.Value is null ? "none" : $"optional({Show(optional.Value)})",
        ListValue list => $"[{string.Join(", ", list.Elements().Select(Show))}]",
        MapValue map => $"{{{string.Join(", ", map.Keys.Select(key => map.TryGet(key, out var found) ? $"{Show(key)}: {Show(found)}" : "?"))}}}",
        TimestampValue or DurationValue => value.TypeName,
        _ => value.TypeName,
    };
}
