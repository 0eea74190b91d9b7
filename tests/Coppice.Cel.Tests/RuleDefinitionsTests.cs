using System.Text.Json;
using Coppice.Cel.Rules;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Tests;

/// <summary>Rules that can't be, and rules that cost too much.</summary>
public sealed class RuleDefinitionsTests
{
    private const string TooMuch = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

    private static string[] Check(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return [.. RuleDefinitions.Check(CelSchema.Read(document.RootElement), "root").Select(issue => $"{issue.Path}: {issue.Type}: {issue.Detail}")];
    }

    private static string Tags(string bounds, string itemBounds, string rule) => $$$$"""
        {"type":"object","properties":{"tags":{"type":"array"{{{{bounds}}}},"items":{"type":"string"{{{{itemBounds}}}}},"x-kubernetes-validations":[{"rule":{{{{JsonSerializer.Serialize(rule)}}}}}]}}}
        """;

    [Theory]
    [InlineData("", "root.properties[tags].x-kubernetes-validations[0].rule: Required: rule is not specified")]
    [InlineData("self == 1", "root.properties[tags].x-kubernetes-validations[0].rule: Invalid: compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(list(string), int)'\n | self == 1\n | .....^")]
    [InlineData("self.size()", "root.properties[tags].x-kubernetes-validations[0].rule: Invalid: cel expression must evaluate to a bool")]
    [InlineData("true\n&& true", "root.properties[tags].x-kubernetes-validations[0].message: Required: message must be specified if rule contains line breaks")]
    public void A_bad_rule_is_refused(string rule, string issue) => Assert.Equal([issue], Check(Tags("", "", rule)));

    /// <summary>The largest lists that Kubernetes accepts with this rule.</summary>
    [Theory]
    [InlineData(16, 909_090)]
    [InlineData(63, 333_333)]
    [InlineData(253, 94_339)]
    [InlineData(1024, 24_154)]
    public void A_rule_may_cost_ten_million(int lengthMax, int itemsMax)
    {
        const string Rule = "self.all(x, x.contains('gpu'))";
        Assert.Empty(Check(Tags($",\"maxItems\":{itemsMax}", $",\"maxLength\":{lengthMax}", Rule)));
        Assert.Contains("root.properties[tags].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 1.0000", Assert.Single(Check(Tags($",\"maxItems\":{itemsMax + 1}", $",\"maxLength\":{lengthMax}", Rule))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_is_refused_with_the_rules_that_cost_most()
    {
        Assert.Equal(
            [
                $"root.properties[tags].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x {TooMuch}",
                "root.properties[tags].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
                $"root: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x {TooMuch}",
            ],
            Check(Tags("", "", "self.all(x, x.contains('gpu'))")));
    }

    [Fact]
    public void What_can_not_be_compared_over_time_may_not_be()
    {
        const string Schema = """
            {"type":"object","properties":{"l":{"type":"array","maxItems":5,"items":{"type":"integer","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}
            """;
        Assert.Equal(
            ["root.properties[l].items.x-kubernetes-validations[0].rule: Invalid: oldSelf cannot be used on the uncorrelatable portion of the schema within root.properties[l]"], Check(Schema));
        Assert.Equal(
            ["root.x-kubernetes-validations[0].optionalOldSelf: Invalid: may not be set if oldSelf is not used in rule"],
            Check("""{"type":"object","x-kubernetes-validations":[{"rule":"true","optionalOldSelf":true}]}"""));
    }

    [Theory]
    [InlineData(""" "fieldPath":".b" """, "root.x-kubernetes-validations[0].fieldPath: Invalid: fieldPath must be a valid path")]
    [InlineData(""" "fieldPath":" " """, "root.x-kubernetes-validations[0].fieldPath: Invalid: fieldPath must be non-empty if specified")]
    [InlineData(""" "reason":"Other" """, "root.x-kubernetes-validations[0].reason: NotSupported: FieldValueDuplicate,FieldValueForbidden,FieldValueInvalid,FieldValueRequired")]
    [InlineData(""" "message":" " """, "root.x-kubernetes-validations[0].message: Invalid: message must be non-empty if specified")]
    [InlineData(""" "messageExpression":"1" """, "root.x-kubernetes-validations[0].messageExpression: Invalid: messageExpression must evaluate to a string")]
    public void What_is_told_of_a_rule_is_checked(string more, string issue) =>
        Assert.Equal(issue, Check($$$"""{"type":"object","properties":{"a":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"true",{{{more}}}}]}""")[0]);
}
