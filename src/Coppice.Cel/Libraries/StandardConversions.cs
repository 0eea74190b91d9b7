using System.Globalization;
using System.Text;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>From one type to another: <c>int("7")</c>, <c>string(x)</c>, <c>type(x)</c>.</summary>
internal static class StandardConversions
{
    private const double TwoTo63 = 9223372036854775808d;
    private const double TwoTo64 = 18446744073709551616d;

    private static readonly ErrorValue IntOverflow = new("integer overflow");
    private static readonly ErrorValue UintOverflow = new("unsigned integer overflow");

    private static readonly CelType A = CelType.Parameter("A");

    public static IEnumerable<Overload> Overloads =>
    [
        Global("dyn", "to_dyn", [A], CelType.Dyn, a => a[0]),
        Global("type", "type", [A], CelType.TypeOf(A), a => new TypeValue(a[0].TypeName)),
        .. To("bool", CelType.Bool, ToBool, ("bool_to_bool", CelType.Bool), ("string_to_bool", CelType.String)),
        .. To("int", CelType.Int, ToInt, ("int64_to_int64", CelType.Int), ("uint64_to_int64", CelType.Uint), ("double_to_int64", CelType.Double),
            ("string_to_int64", CelType.String), ("timestamp_to_int64", CelType.Timestamp), ("duration_to_int64", CelType.Duration)),
        .. To("uint", CelType.Uint, ToUint, ("uint64_to_uint64", CelType.Uint), ("int64_to_uint64", CelType.Int), ("double_to_uint64", CelType.Double),
            ("string_to_uint64", CelType.String)),
        .. To("double", CelType.Double, ToDouble, ("double_to_double", CelType.Double), ("int64_to_double", CelType.Int), ("uint64_to_double", CelType.Uint),
            ("string_to_double", CelType.String)),
        .. To("bytes", CelType.Bytes, a => a is StringValue text ? new BytesValue(Encoding.UTF8.GetBytes(text.Value)) : a,
            ("bytes_to_bytes", CelType.Bytes), ("string_to_bytes", CelType.String)),
        .. To("string", CelType.String, ToText, ("string_to_string", CelType.String), ("bool_to_string", CelType.Bool), ("int64_to_string", CelType.Int),
            ("uint64_to_string", CelType.Uint), ("double_to_string", CelType.Double), ("bytes_to_string", CelType.Bytes),
            ("timestamp_to_string", CelType.Timestamp), ("duration_to_string", CelType.Duration)),
        .. To("timestamp", CelType.Timestamp, ToTimestamp, ("timestamp_to_timestamp", CelType.Timestamp), ("string_to_timestamp", CelType.String),
            ("int64_to_timestamp", CelType.Int)),
        .. To("duration", CelType.Duration, ToDuration, ("duration_to_duration", CelType.Duration), ("string_to_duration", CelType.String),
            ("int64_to_duration", CelType.Int)),
    ];

    private static IEnumerable<Overload> To(string function, CelType result, Func<CelValue, CelValue> convert, params (string Id, CelType From)[] ways) =>
        ways.Select(way => Global(function, way.Id, [way.From], result, a => convert(a[0])));

    private static CelValue ToBool(CelValue value) => value is not StringValue text ? value : text.Value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => BoolValue.True,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => BoolValue.False,
        _ => Unparsed("bool"),
    };

    private static CelValue ToInt(CelValue value) => value switch
    {
        UintValue number => number.Value > long.MaxValue ? IntOverflow : IntValue.Of((long)number.Value),
        DoubleValue number => number.Value is > -TwoTo63 and < TwoTo63 ? IntValue.Of((long)number.Value) : IntOverflow,
        StringValue text => long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? IntValue.Of(number) : Unparsed("int"),
        TimestampValue time => IntValue.Of(time.Seconds),
        DurationValue duration => IntValue.Of(duration.Nanos),
        _ => value,
    };

    private static CelValue ToUint(CelValue value) => value switch
    {
        IntValue number => number.Value < 0 ? UintOverflow : new UintValue((ulong)number.Value),
        DoubleValue number => number.Value is >= 0 and < TwoTo64 ? new UintValue((ulong)number.Value) : UintOverflow,
        StringValue text => ulong.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new UintValue(number) : Unparsed("uint"),
        _ => value,
    };

    private static CelValue ToDouble(CelValue value) => value switch
    {
        DoubleValue => value,
        NumberValue number => new DoubleValue(number.ToDouble()),
        StringValue text => ParseDouble(text.Value) is { } number ? new DoubleValue(number) : Unparsed("double"),
        _ => value,
    };

    private static double? ParseDouble(string text)
    {
        switch (text.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity" when text.LastIndexOfAny(['+', '-']) <= 0:
                return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when text.Length == 3:
                return double.NaN;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var read = text.AsSpan().ContainsAnyInRange('0', '9') && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
        return double.IsFinite(read) ? read : null;
    }

    private static CelValue ToText(CelValue value) => value switch
    {
        BoolValue flag => new StringValue(flag.Value ? "true" : "false"),
        NumberValue number => new StringValue(number.Text),
        BytesValue bytes => bytes.Decode() is { } text ? new StringValue(text) : new ErrorValue("invalid UTF-8 in bytes, cannot convert to string"),
        TimestampValue time => new StringValue(TimeText.Write(time)),
        DurationValue duration => new StringValue(TimeText.Write(duration)),
        _ => value,
    };

    private static CelValue ToTimestamp(CelValue value) => value switch
    {
        IntValue seconds => TimestampValue.Of(seconds.Value),
        StringValue text => TimeText.ReadTimestamp(text.Value),
        _ => value,
    };

    private static CelValue ToDuration(CelValue value) => value switch
    {
        IntValue nanos => new DurationValue(nanos.Value),
        StringValue text => TimeText.ReadDuration(text.Value),
        _ => value,
    };

    private static ErrorValue Unparsed(string type) => new($"type conversion error from 'string' to '{type}'");
}
