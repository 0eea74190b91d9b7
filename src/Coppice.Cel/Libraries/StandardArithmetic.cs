using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>Sums and their like. What does not fit into its type is an error.</summary>
internal static class StandardArithmetic
{
    private static readonly ErrorValue IntOverflow = new("integer overflow");
    private static readonly ErrorValue UintOverflow = new("unsigned integer overflow");
    private static readonly ErrorValue DivideByZero = new("division by zero");
    private static readonly ErrorValue ModulusByZero = new("modulus by zero");

    private static readonly CelType A = CelType.Parameter("A");

    public static IEnumerable<Overload> Overloads =>
    [
        Int(Operators.Add, "add_int64", (a, b) => (Int128)a + b),
        Uint(Operators.Add, "add_uint64", (a, b) => (Int128)a + b),
        Double(Operators.Add, "add_double", (a, b) => a + b),
        Global(Operators.Add, "add_string", [CelType.String, CelType.String], CelType.String, a => new StringValue(((StringValue)a[0]).Value + ((StringValue)a[1]).Value)),
        Global(Operators.Add, "add_bytes", [CelType.Bytes, CelType.Bytes], CelType.Bytes, a => new BytesValue([.. ((BytesValue)a[0]).Value, .. ((BytesValue)a[1]).Value])),
        Global(Operators.Add, "add_list", [CelType.ListOf(A), CelType.ListOf(A)], CelType.ListOf(A), a => ((ListValue)a[0]).Concat((ListValue)a[1])),
        Global(Operators.Add, "add_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, a => ((TimestampValue)a[0]).Add((DurationValue)a[1])),
        Global(Operators.Add, "add_duration_timestamp", [CelType.Duration, CelType.Timestamp], CelType.Timestamp, a => ((TimestampValue)a[1]).Add((DurationValue)a[0])),
        Global(Operators.Add, "add_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, a => DurationValue.Of((Int128)Nanos(a[0]) + Nanos(a[1]))),
        Int(Operators.Subtract, "subtract_int64", (a, b) => (Int128)a - b),
        Uint(Operators.Subtract, "subtract_uint64", (a, b) => (Int128)a - b),
        Double(Operators.Subtract, "subtract_double", (a, b) => a - b),
        Global(Operators.Subtract, "subtract_timestamp_timestamp", [CelType.Timestamp, CelType.Timestamp], CelType.Duration, a => ((TimestampValue)a[0]).Subtract((TimestampValue)a[1])),
        Global(Operators.Subtract, "subtract_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, a => ((TimestampValue)a[0]).Subtract((DurationValue)a[1])),
        Global(Operators.Subtract, "subtract_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, a => DurationValue.Of((Int128)Nanos(a[0]) - Nanos(a[1]))),
        Int(Operators.Multiply, "multiply_int64", (a, b) => (Int128)a * b),
        Uint(Operators.Multiply, "multiply_uint64", (a, b) => (UInt128)a * b is var product && product > ulong.MaxValue ? -1 : (Int128)product),
        Double(Operators.Multiply, "multiply_double", (a, b) => a * b),
        Int(Operators.Divide, "divide_int64", (a, b) => b == 0 ? null : (Int128)a / b, DivideByZero),
        Uint(Operators.Divide, "divide_uint64", (a, b) => b == 0 ? null : a / b, DivideByZero),
        Double(Operators.Divide, "divide_double", (a, b) => a / b),
        Int(Operators.Modulo, "modulo_int64", (a, b) => b == 0 ? null : a == long.MinValue && b == -1 ? Int128.MaxValue : a % b, ModulusByZero),
        Uint(Operators.Modulo, "modulo_uint64", (a, b) => b == 0 ? null : a % b, ModulusByZero),
        Global(Operators.Negate, "negate_int64", [CelType.Int], CelType.Int, a => Fit(-(Int128)((IntValue)a[0]).Value)),
        Global(Operators.Negate, "negate_double", [CelType.Double], CelType.Double, a => new DoubleValue(-((DoubleValue)a[0]).Value)),
    ];

    private static long Nanos(CelValue value) => ((DurationValue)value).Nanos;

    private static CelValue Fit(Int128 value) => value < long.MinValue || value > long.MaxValue ? IntOverflow : IntValue.Of((long)value);

    /// <param name="apply">Null where there is no result.</param>
    private static Overload Int(string function, string id, Func<long, long, Int128?> apply, ErrorValue? none = null) => Global(
        function, id, [CelType.Int, CelType.Int], CelType.Int, a => apply(((IntValue)a[0]).Value, ((IntValue)a[1]).Value) is { } value ? Fit(value) : none!);

    private static Overload Uint(string function, string id, Func<ulong, ulong, Int128?> apply, ErrorValue? none = null) => Global(
        function,
        id,
        [CelType.Uint, CelType.Uint],
        CelType.Uint,
        a => apply(((UintValue)a[0]).Value, ((UintValue)a[1]).Value) is not { } value ? none! : value < 0 || value > ulong.MaxValue ? UintOverflow : new UintValue((ulong)value));

    private static Overload Double(string function, string id, Func<double, double, double> apply) => Global(
        function, id, [CelType.Double, CelType.Double], CelType.Double, a => new DoubleValue(apply(((DoubleValue)a[0]).Value, ((DoubleValue)a[1]).Value)));
}
