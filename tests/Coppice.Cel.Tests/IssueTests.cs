namespace Coppice.Cel.Tests;

/// <summary>What is wrong with an expression is told in cel-go's words, which Kubernetes puts into its messages.</summary>
public sealed class IssueTests
{
    private const string Beginnings = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    [Theory]
    [InlineData("1 +", $"ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {Beginnings}\n | 1 +\n | ...^")]
    [InlineData("a | b", "ERROR: <input>:1:3: Syntax error: token recognition error at: '| '\n | a | b\n | ..^\nERROR: <input>:1:5: Syntax error: extraneous input 'b' expecting <EOF>\n | a | b\n | ....^")]
    [InlineData("(1", "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^")]
    [InlineData("break", "ERROR: <input>:1:1: reserved identifier: break\n | break\n | ^")]
    [InlineData("has(x)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(x)\n | ....^")]
    [InlineData("[1].all(1, true)", "ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^")]
    [InlineData("99999999999999999999", "ERROR: <input>:1:1: invalid int literal\n | 99999999999999999999\n | ^")]
    public void Syntax_errors_say_what_was_expected(string expression, string errors) => Assert.Equal(errors, Sample.Evaluate(expression));

    [Theory]
    [InlineData("y == 1", "ERROR: <input>:1:1: undeclared reference to 'y' (in container '')\n | y == 1\n | ^")]
    [InlineData("x ==\n foo(1)", "ERROR: <input>:2:5: undeclared reference to 'foo' (in container '')\n |  foo(1)\n | ....^")]
    [InlineData("x == 'a'", "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, string)'\n | x == 'a'\n | ..^")]
    [InlineData("name.startsWith(1)", "ERROR: <input>:1:16: found no matching overload for 'startsWith' applied to 'string.(int)'\n | name.startsWith(1)\n | ...............^")]
    [InlineData("x.y", "ERROR: <input>:1:2: type 'int' does not support field selection\n | x.y\n | .^")]
    [InlineData("x.all(i, true)", "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | x.all(i, true)\n | ^")]
    [InlineData("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^")]
    [InlineData("duration('1 day')", "ERROR: <input>:1:10: invalid duration argument\n | duration('1 day')\n | .........^")]
    [InlineData("name.matches('(')", "ERROR: <input>:1:14: invalid matches argument\n | name.matches('(')\n | .............^")]
    [InlineData("Foo{a: 1}", "ERROR: <input>:1:4: undeclared reference to 'Foo' (in container '')\n | Foo{a: 1}\n | ...^")]
    [InlineData("'é' + y", "ERROR: <input>:1:7: undeclared reference to 'y' (in container '')\n | 'é' + y\n | .．....^")]
    [InlineData("x == null", "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, null)'\n | x == null\n | ..^")]
    public void What_does_not_fit_is_told_where_it_stands(string expression, string errors) => Assert.Equal(errors, Sample.Evaluate(expression));

    [Fact]
    public void Nesting_has_an_end()
    {
        foreach (var expression in (string[])[string.Concat(Enumerable.Repeat("(", 5000)), string.Concat(Enumerable.Repeat("[", 5000)), "x" + string.Concat(Enumerable.Repeat("+1", 5000)), "x" + string.Concat(Enumerable.Repeat(".a", 5000))])
        {
            Assert.Contains("expression recursion limit exceeded: 250", Sample.Evaluate(expression), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Length_has_an_end() =>
        Assert.Contains("expression code point size exceeds limit: size: 100001, limit 100000", Sample.Evaluate(new string(' ', 100_000) + "1"), StringComparison.Ordinal);
}
