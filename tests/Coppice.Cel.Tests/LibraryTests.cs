namespace Coppice.Cel.Tests;

/// <summary>The functions that Kubernetes adds to the language.</summary>
public sealed class LibraryTests
{
    [Theory]
    [InlineData("labels.?app.orValue('none') + labels.?tier.orValue('none')", "\"webnone\"")]
    [InlineData("labels[?'app'].hasValue() && !names[?5].hasValue()", "true")]
    [InlineData("optional.of(1).optMap(v, v + 1)", "optional(2)")]
    [InlineData("optional.of(1).optFlatMap(v, optional.none())", "none")]
    [InlineData("optional.none().optMap(v, v)", "none")]
    [InlineData("optional.of(1).or(optional.of(2)).value()", "1")]
    [InlineData("optional.none().value()", "error: optional.none() dereference")]
    [InlineData("optional.ofNonZeroValue('').hasValue()", "false")]
    [InlineData("[?labels.?app, ?labels.?tier, 'x']", "[\"web\", \"x\"]")]
    [InlineData("{?'a': labels.?app, ?'b': labels.?tier}", "{\"a\": \"web\"}")]
    [InlineData("optional.of([1]).optMap(v, [v + [2], v + [3]])", "optional([[1, 2], [1, 3]])")]
    [InlineData("{'a': {'b': 1}}.?a.b", "optional(1)")]
    [InlineData("has({'a': {'b': 1}}.?a.b)", "true")]
    public void Optional_values(string expression, string value) => Assert.Equal(value, Sample.Evaluate(expression));

    [Theory]
    [InlineData("'tacocat'.charAt(3) + 'é😀'.charAt(1) + 'a'.charAt(1)", "\"o😀\"")]
    [InlineData("'a'.charAt(2)", "error: index out of range: 2")]
    [InlineData("['hello mellow'.indexOf('ello'), 'hello mellow'.indexOf('ello', 2), 'hello mellow'.indexOf(''), 'a😀b'.indexOf('b')]", "[1, 7, 0, 2]")]
    [InlineData("['hello mellow'.lastIndexOf('ello'), 'hello mellow'.lastIndexOf('ello', 6), 'hello'.lastIndexOf('')]", "[7, 1, 5]")]
    [InlineData("['a', 'b'].join() + ['a', 'b'].join(', ')", "\"aba, b\"")]
    [InlineData("'TacoCÆt'.lowerAscii() + 'tacoCæt'.upperAscii()", "\"tacocÆtTACOCæT\"")]
    [InlineData("['hello hello'.replace('he', 'we'), 'hello hello'.replace('he', 'we', 1), 'ab'.replace('', '-'), 'ab'.replace('', '-', 2)]", "[\"wello wello\", \"wello hello\", \"-a-b-\", \"-a-b\"]")]
    [InlineData("['a b c'.split(' '), 'a b c'.split(' ', 2), 'a b'.split(' ', 0), 'ab'.split('')]", "[[\"a\", \"b\", \"c\"], [\"a\", \"b c\"], [], [\"a\", \"b\"]]")]
    [InlineData("'tacocat'.substring(4) + 'tacocat'.substring(0, 4) + 'a😀b'.substring(1, 2)", "\"cattaco😀\"")]
    [InlineData("'tacocat'.substring(4, 3)", "error: invalid substring range. start: 4, end: 3")]
    [InlineData("'  \\ta \\n'.trim()", "\"a\"")]
    [InlineData("strings.quote('a\"b\\n')", "\"\"a\\\"b\\n\"\"")]
    [InlineData("'%s %d %.2f %e %b %o %x %X %%'.format(['a', 7, 1.5, 1234.5, 5, 8, 255, 'hi'])", "\"a 7 1.50 1.234500e+03 101 10 ff 6869 %\"")]
    [InlineData("'%s %s %s'.format([[1, 'a'], {'k': true}, null])", "\"[1, a] {k: true} null\"")]
    [InlineData("'%d'.format(['a'])", "error: error during formatting: no such overload for %d: string")]
    [InlineData("'%d'.format([])", "error: index 0 out of range")]
    public void Strings(string expression, string value) => Assert.Equal(value, Sample.Evaluate(expression));

    [Theory]
    [InlineData("[1, 2, 2].isSorted() && !['b', 'a'].isSorted()", "true")]
    [InlineData("[[1, 2, 3].sum(), [1.5, 2.0].sum() == 3.5 ? 1 : 0, [1, 3, 2].max(), [3, 1].min()]", "[6, 1, 3, 1]")]
    [InlineData("['b', 'a'].min() + ['b', 'a'].max()", "\"ab\"")]
    [InlineData("[[1, 2, 1].indexOf(1), [1, 2, 1].lastIndexOf(1), [1].indexOf(2)]", "[0, 2, -1]")]
    [InlineData("[duration('1s'), duration('2s')].sum() == duration('3s')", "true")]
    [InlineData("any.sum()", "error: no such overload")]
    [InlineData("sets.contains([1, 2], [2, 2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 2, 2], [2, 1])", "true")]
    [InlineData("'abc 123'.find('[0-9]+') + string('123 abc 456'.findAll('[0-9]+').size()) + '1 2 3'.findAll('[0-9]', 2).join(',')", "\"12321,2\"")]
    public void Lists_sets_and_patterns(string expression, string value) => Assert.Equal(value, Sample.Evaluate(expression));
}
