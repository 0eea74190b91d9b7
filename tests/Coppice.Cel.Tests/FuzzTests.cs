using Coppice.Cel.Evaluation;

namespace Coppice.Cel.Tests;

/// <summary>Whatever somebody writes is answered with a value or with words: never with anything else, and never late.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Good =
    [
        "x * 6 == 42 && name.startsWith('w') || any[0] == 1", "names.map(n, n + 'x').filter(n, n.size() > 1).exists(n, n == 'ax')", "has(labels.app) ? labels['app'] : 'none'",
        "labels.?app.orValue('x').matches('^[a-z]+$')", "{'a': {'c': [1]}, 'b': {'c': []}}.b.c == []", "timestamp('2023-01-01T00:00:00Z') + duration('1h') > timestamp('2022-01-01T00:00:00Z')",
        "'%s %d'.format([name, x])", "any.all(i, v, type(v) == int ? v > 0 : true)", "quantity('1Gi').add(quantity('5')).isGreaterThan(quantity('1'))", "url('https://a.b:80/c?d=e').getQuery()['d'][0]",
        "ip('10.0.0.1').isLoopback() || cidr('10.0.0.0/8').containsIP('10.1.1.1')", "semver('1.2.3').isLessThan(semver('2.0.0'))", "format.dns1123Label().validate('a').hasValue()",
        "names.join(',').split(',').transformMap(i, v, {v: i})", "optional.of(x).optMap(y, y / 0).orValue(3)", "-9223372036854775808 / x % 3 - int(2.5)", "b'\\xff' + bytes('a') < b'zz'", "[[1], [2]].exists_one(l, l[0] in [1, 5])",
        "'aaaaaaaaaa'.find('(a*)*b')", "sets.equivalent([1, 1], [1]) && [3, 1].isSorted()", "string(duration('1.5h')) + string(1e100) + string(-0.0)", "'a\\u00e9😀'.substring(1).charAt(0).upperAscii()",
    ];

    private static readonly string[] Parts =
    [
        "x", "name", "names", "labels", "any", "1", "-1", "0", "2u", "1.5", "'a'", "\"\\n\"", "b'a'", "null", "true", "[", "]", "{", "}", "(", ")", ".", "?", ":", ",", "+", "-", "*", "/", "%", "!", "&&", "||",
        "==", "<", ">=", " in ", ".all(i, ", ".map(i, ", "has(", "size(", ".?", "[?", "dyn(", "9223372036854775807", "`a`", "r'", "'''", "\\", "é", "😀", "\0", "\n", "//", "0x", "1e999", ".matches(", "$", "@", "_",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutated_expressions_only_ever_give_errors(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 4000; i++)
        {
            var text = Good[random.Next(Good.Length)];
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                var at = random.Next(text.Length + 1);
                var cut = Math.Min(random.Next(4), text.Length - at);
                text = text[..at] + (random.Next(3) == 0 ? "" : random.Next(2) == 0 ? Parts[random.Next(Parts.Length)] : Slice(Good[random.Next(Good.Length)], random)) + text[(at + cut)..];
            }

            Try(text);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_expressions_only_ever_give_errors(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 4000; i++)
        {
            Try(string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Parts[random.Next(Parts.Length)])));
        }
    }

    [Fact]
    public void Expressions_of_our_own_are_all_good()
    {
        foreach (var text in Good)
        {
            Assert.DoesNotContain("ERROR", Sample.Evaluate(text), StringComparison.Ordinal);
        }
    }

    private static string Slice(string text, Random random)
    {
        var from = random.Next(text.Length);
        return text.Substring(from, random.Next(1, Math.Min(12, text.Length - from) + 1));
    }

    private static void Try(string text)
    {
        try
        {
            if (Sample.TryCompile(text) is { } expression)
            {
                Sample.Show(expression.Evaluate(new Activation(Sample.Variables), costMax: 20_000).Value);
                Assert.True(expression.CostMax(new Dictionary<string, Types.CelType>()) >= 0);
            }
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{text}: {e}");
        }
    }
}
