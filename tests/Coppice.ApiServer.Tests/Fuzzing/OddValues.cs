using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>Values as JSON: those that a field may well have, and those that have broken some decoder somewhere.</summary>
internal static class OddValues
{
    private static readonly string[] Texts =
    [
        "\"a\"", "\"web\"", "\"app\"", "\"\"", "\"default\"", "\"Always\"", "\"TCP\"", "\"ClusterIP\"", "\"10.0.0.1\"", "\"fd00::5\"", "\"nginx:1.27\"",
        "\"/data\"", "\"example.com/x\"", "\"In\"", "\"kubernetes.io/hostname\"", "\"RollingUpdate\"", "\"IPv4\"", "\"Local\"", "\"v1\"", "\"metadata.name\"",
    ];

    private static readonly string[] OddTexts =
    [
        "\"größe 🌳\"", "\"\\ud800\"", "\"\\u0000\"", "\"a\\nb\"", "\"..\"", "\"/../..\"", "\"-1\"", "\"%zz\"", "\"a:b\"", "\" \"", "\"\\\"\\\\\"",
        $"\"{new string('x', 5000)}\"", $"\"{new string('/', 300)}\"", "\"\\u202e\"", "\"::ffff:127.0.0.1\"", "\"00000000\"", "\"99999\"",
    ];

    private static readonly string[] Numbers = ["0", "1", "2", "80", "443", "30", "600", "8080", "30080"];

    private static readonly string[] OddNumbers =
    [
        "-1", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.5", "1e3", "1e999999",
        "-0", "0.1e-400", $"1{new string('0', 400)}",
    ];

    private static readonly string[] Times =
    [
        "\"2024-01-01T00:00:00Z\"", "\"2024-01-01T00:00:00.999999999Z\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:59-14:00\"", "\"2024-02-30T00:00:00Z\"", "\"0000-01-01T00:00:00Z\"", "\"2016-12-31T23:59:60Z\"",
    ];

    private static readonly string[] Quantities =
    [
        "\"1\"", "\"500m\"", "\"64Mi\"", "1", "\"0\"", "\"-1\"", "\"1e1000000000\"", "\"1e-1000000000\"", "\"9223372036854775808Ei\"", "\"0.0000000001\"", "\".\"", "1e3",
    ];

    private static readonly string[] Others = ["null", "true", "{}", "[]", "[[]]", "{\"\":{}}", "\"\"", "7", $"{new string('[', 100)}{new string(']', 100)}"];

    /// <summary>A value of a shape that is no object, list or map; now and then one of another shape.</summary>
    public static string Of(ValueShape shape, Random random) => random.Next(30) == 0 ? Pick(Others, random) : shape switch
    {
        ValueShape.Boolean => random.Next(2) == 0 ? "true" : "false",
        ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number => Either(Numbers, OddNumbers, random),
        ValueShape.IntOrString => random.Next(2) == 0 ? Either(Numbers, OddNumbers, random) : Either(["\"50%\"", "\"http\"", "\"-1%\""], OddTexts, random),
        ValueShape.Time or ValueShape.MicroTime => Pick(Times, random),
        ValueShape.Quantity => Pick(Quantities, random),
        ValueShape.Bytes => Pick(["\"\"", "\"YQ==\"", "\"YQ\"", "\"====\"", "\"ö\""], random),
        ValueShape.Any => Pick(Others, random),
        _ => Either(Texts, OddTexts, random),
    };

    /// <summary>A name of a map's entry.</summary>
    public static string Key(Random random) => Either(["\"a\"", "\"app\"", "\"example.com/x\"", "\"cpu\"", "\"memory\""], OddTexts, random);

    public static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

    private static string Either(IReadOnlyList<string> usual, IReadOnlyList<string> odd, Random random) => Pick(random.Next(6) == 0 ? odd : usual, random);
}
