using System.Globalization;

namespace Coppice.Cel.Values;

/// <summary>What <c>int</c>, <c>uint</c> and <c>double</c> have in common: they are compared across their types.</summary>
public abstract class NumberValue : CelValue
{
    public sealed override bool EqualTo(CelValue other) => other is NumberValue number && NumberOrder.Compare(this, number) == 0;

    public abstract double ToDouble();

    /// <summary>As it is written in an expression's answer.</summary>
    public abstract string Text { get; }
}

public sealed class IntValue : NumberValue
{
    private const int SmallestKept = -128;
    private const int LargestKept = 1023;

    private static readonly IntValue[] Kept = [.. Enumerable.Range(SmallestKept, LargestKept - SmallestKept + 1).Select(n => new IntValue(n))];

    private IntValue(long value)
    {
        Value = value;
    }

    public long Value { get; }

    public override string TypeName => "int";

    public override string Text => Value.ToString(CultureInfo.InvariantCulture);

    public static IntValue Of(long value) => value is >= SmallestKept and <= LargestKept ? Kept[value - SmallestKept] : new(value);

    public override double ToDouble() => Value;
}

public sealed class UintValue(ulong value) : NumberValue
{
    public ulong Value { get; } = value;

    public override string TypeName => "uint";

    public override string Text => Value.ToString(CultureInfo.InvariantCulture);

    public override double ToDouble() => Value;
}

public sealed class DoubleValue(double value) : NumberValue
{
    public double Value { get; } = value;

    public override string TypeName => "double";

    public override string Text => DoubleText.Shortest(Value);

    public override double ToDouble() => Value;
}

/// <summary>The order of numbers of any two types, exact where a double could not hold an integer.</summary>
internal static class NumberOrder
{
    private const double TwoTo63 = 9223372036854775808d;
    private const double TwoTo64 = 18446744073709551616d;

    /// <returns>Less than, equal to or greater than 0; null if one is not a number (NaN).</returns>
    public static int? Compare(NumberValue left, NumberValue right) => (left, right) switch
    {
        (IntValue a, IntValue b) => a.Value.CompareTo(b.Value),
        (UintValue a, UintValue b) => a.Value.CompareTo(b.Value),
        (DoubleValue a, DoubleValue b) => Compare(a.Value, b.Value),
        (IntValue a, UintValue b) => a.Value < 0 ? -1 : ((ulong)a.Value).CompareTo(b.Value),
        (UintValue a, IntValue b) => b.Value < 0 ? 1 : a.Value.CompareTo((ulong)b.Value),
        (IntValue a, DoubleValue b) => Compare(a.Value, b.Value),
        (DoubleValue a, IntValue b) => -Compare(b.Value, a.Value),
        (UintValue a, DoubleValue b) => Compare(a.Value, b.Value),
        (DoubleValue a, UintValue b) => -Compare(b.Value, a.Value),
        _ => null,
    };

    private static int? Compare(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b) is var order && a == b ? 0 : order;

    private static int? Compare(long a, double b) => b switch
    {
        double.NaN => null,
        < -TwoTo63 => 1,
        >= TwoTo63 => -1,
        _ => a.CompareTo((long)b) is not 0 and var order ? order : Compare(0d, b - Math.Truncate(b)),
    };

    private static int? Compare(ulong a, double b) => b switch
    {
        double.NaN => null,
        < 0 => 1,
        >= TwoTo64 => -1,
        _ => a.CompareTo((ulong)b) is not 0 and var order ? order : Compare(0d, b - Math.Truncate(b)),
    };
}

/// <summary>Doubles in Go's words.</summary>
internal static class DoubleText
{
    /// <summary>The shortest text that reads as the same number; an exponent below 1e-4 and from 1e21 on, as Go's %g has it with -1.</summary>
    public static string Shortest(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent is < -4 or >= 21 ? Scientific(shortest, exponent) : Plain(shortest, value);
    }

    private static string Scientific(string shortest, int exponent)
    {
        var digits = new string([.. shortest.TakeWhile(c => c != 'E').Where(char.IsAsciiDigit)]).Trim('0');
        var sign = shortest[0] == '-' ? "-" : "";
        var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
        return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Plain(string shortest, double value) =>
        shortest.Contains('E') ? ((decimal)value).ToString("0.############################", CultureInfo.InvariantCulture) : shortest;
}
