using Coppice.Objects.Meta;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.Objects.Tests;

public sealed class LabelQueryTests
{
    private static readonly ValueMap<string> Web = ValueMap.Of(("app", "web"), ("tier", "front"), ("weight", "7"), ("empty", ""));

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("missing!=x", true)]
    [InlineData("app", true)]
    [InlineData("missing", false)]
    [InlineData("!missing", true)]
    [InlineData("!app", false)]
    [InlineData("tier in (front, back)", true)]
    [InlineData("tier in (back)", false)]
    [InlineData("tier notin (back,middle)", true)]
    [InlineData("missing notin (a)", true)]
    [InlineData("empty=", true)]
    [InlineData("empty in ()", true)]
    [InlineData("app=", false)]
    [InlineData("weight>6", true)]
    [InlineData("weight<7", false)]
    [InlineData("app>1", false)]
    [InlineData(" app = web , tier in ( front ) ,!gone", true)]
    [InlineData("app=web,tier=back", false)]
    [InlineData("in in (in)", false)]
    public void A_selector_matches_or_does_not(string text, bool matches) => Assert.Equal(matches, LabelQuery.Parse(text).Matches(Web));

    [Theory]
    [InlineData(",")]
    [InlineData("app=web,")]
    [InlineData("app web")]
    [InlineData("app in web")]
    [InlineData("app in (web")]
    [InlineData("app in (web;db)")]
    [InlineData("app=web=db")]
    [InlineData("weight>many")]
    [InlineData("!")]
    [InlineData("=web")]
    [InlineData("app$")]
    public void What_is_no_selector_is_refused(string text) => Assert.Throws<FormatException>(() => LabelQuery.Parse(text));

    [Fact]
    public void A_missing_selector_matches_nothing_and_an_empty_one_everything()
    {
        Assert.False(LabelQuery.Of((LabelSelector?)null).Matches(Web));
        Assert.False(LabelQuery.Of((LabelSelector?)null).Matches(default));
        Assert.True(LabelQuery.Of(new LabelSelector()).Matches(Web));
        Assert.True(LabelQuery.Of(new LabelSelector()).IsEverything);
    }

    [Fact]
    public void Labels_and_expressions_must_all_hold()
    {
        var selector = new LabelSelector
        {
            MatchLabels = ValueMap.Of(("app", "web")),
            MatchExpressions =
            [
                new LabelSelectorRequirement { Key = "tier", Operator = "In", Values = ["front"] },
                new LabelSelectorRequirement { Key = "gone", Operator = "DoesNotExist" },
            ],
        };
        Assert.True(LabelQuery.Of(selector).Matches(Web));
        Assert.False(LabelQuery.Of(selector).Matches(Web.With("gone", "no")));
        Assert.Throws<FormatException>(() => LabelQuery.Of(new LabelSelector { MatchExpressions = [new LabelSelectorRequirement { Key = "a", Operator = "Like" }] }));
    }

    [Fact]
    public void Any_text_is_a_selector_or_a_format_error() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(
            Gen.Elements('a', 'b', '=', '!', ',', '(', ')', ' ', 'i', 'n', '<', '>', '1').ListOf(12).Select(c => string.Concat(c)).ToArbitrary(),
            text =>
            {
                try
                {
                    LabelQuery.Parse(text).Matches(Web);
                }
                catch (FormatException)
                {
                }
            }));
}
