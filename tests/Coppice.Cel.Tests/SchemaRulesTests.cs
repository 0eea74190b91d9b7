using System.Text.Json;
using Coppice.Cel.Rules;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Tests;

/// <summary>Rules of a schema, tried on objects.</summary>
public sealed class SchemaRulesTests
{
    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();

    private static string[] Validate(string spec, string item, string? old = null) =>
        [.. Findings(spec, item, old).Issues.Select(issue => $"{issue.Path}: {issue.Type}: {issue.Value}: {issue.Detail}")];

    private static RuleFindings Findings(string spec, string item, string? old = null)
    {
        var schema = CelSchema.Read(Json($$$"""{"type":"object","properties":{"spec":{{{spec}}}}}"""));
        return new SchemaRules(schema).Validate(Json($$"""{"spec":{{item}}}"""), old is null ? null : Json($$"""{"spec":{{old}}}"""));
    }

    private static string Object(string properties, string rules) => $$$"""{"type":"object","properties":{{{{properties}}}},"x-kubernetes-validations":[{{{rules}}}]}""";

    [Fact]
    public void A_rule_that_holds_says_nothing_and_one_that_does_not_says_what_it_is()
    {
        var schema = Object("""
            "min":{"type":"integer"},"max":{"type":"integer"}
            """, """{"rule":"self.min <= self.max"}""");
        Assert.Empty(Validate(schema, """{"min":1,"max":2}"""));
        Assert.Equal(["spec: Invalid: object: failed rule: self.min <= self.max"], Validate(schema, """{"min":3,"max":2}"""));
        Assert.Equal(["spec: Invalid: object: no such key: max evaluating rule: self.min <= self.max"], Validate(schema, """{"min":3}"""));
    }

    [Fact]
    public void A_message_a_reason_and_a_field_path_are_told()
    {
        var schema = Object("""
            "a":{"type":"object","additionalProperties":{"type":"integer"}}
            """, """
            {"rule":"self.a.x > 1","message":" too small ","reason":"FieldValueForbidden","fieldPath":".a['x']"},
            {"rule":"self.a.x > 2","messageExpression":"'x is %d'.format([self.a.x])"}
            """);
        Assert.Equal(["spec.a[x]: Forbidden: : too small", "spec: Invalid: object: x is 1"], Validate(schema, """{"a":{"x":1}}"""));
    }

    [Fact]
    public void A_transition_rule_is_tried_only_where_something_was()
    {
        var schema = Object("\"name\":{\"type\":\"string\",\"x-kubernetes-validations\":[{\"rule\":\"self == oldSelf\",\"message\":\"name is immutable\"}]}", "");
        Assert.Empty(Validate(schema, """{"name":"a"}"""));
        Assert.Empty(Validate(schema, """{"name":"a"}""", """{}"""));
        Assert.Empty(Validate(schema, """{"name":"a"}""", """{"name":"a"}"""));
        Assert.Equal(["spec.name: Invalid: string: name is immutable"], Validate(schema, """{"name":"b"}""", """{"name":"a"}"""));
    }

    [Fact]
    public void An_optional_old_self_is_seen_where_nothing_was()
    {
        var schema = Object("\"n\":{\"type\":\"integer\",\"x-kubernetes-validations\":[{\"rule\":\"oldSelf.hasValue() || self == 1\",\"optionalOldSelf\":true}]}", "");
        Assert.Empty(Validate(schema, """{"n":1}"""));
        Assert.Equal(["spec.n: Invalid: integer: failed rule: oldSelf.hasValue() || self == 1"], Validate(schema, """{"n":2}"""));
        Assert.Empty(Validate(schema, """{"n":2}""", """{"n":5}"""));
    }

    [Fact]
    public void Elements_of_a_list_with_keys_are_compared_to_those_that_were()
    {
        const string Schema = """
            {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object",
            "properties":{"name":{"type":"string"},"size":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.size >= oldSelf.size"}]}}
            """;
        Assert.Equal(
            ["spec[1]: Invalid: object: failed rule: self.size >= oldSelf.size"],
            Validate(Schema, """[{"name":"new","size":0},{"name":"a","size":1}]""", """[{"name":"a","size":2}]"""));
    }

    [Fact]
    public void What_is_wrong_and_did_not_change_is_only_warned_of()
    {
        var schema = Object("\"a\":{\"type\":\"integer\",\"x-kubernetes-validations\":[{\"rule\":\"self > 5\"}]},\"b\":{\"type\":\"integer\"}", "");
        var findings = Findings(schema, """{"a":1,"b":2}""", """{"a":1,"b":1}""");
        Assert.Empty(findings.Issues);
        Assert.Equal("spec.a", Assert.Single(findings.Warnings).Path);
    }

    [Theory]
    [InlineData("""{"type":"string","format":"date-time"}""", "self > timestamp('2020-01-01T00:00:00Z')", "\"2021-01-01T00:00:00Z\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "self < duration('1h')", "\"5m\"")]
    [InlineData("""{"type":"string","format":"byte"}""", "self == b'ab'", "\"YWI=\"")]
    [InlineData("""{"type":"number"}""", "self == 1.0", "1")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "type(self) == int ? self < 5 : self == '50%'", "\"50%\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}""", "self == ['b', 'a'] && self + ['a', 'c'] == ['a', 'b', 'c']", "[\"a\",\"b\"]")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "self != [2, 1] && self.all(i, i > 0)", "[1,2]")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", "self.all(k, self[k] > 0) && self['a-b'] == 1 && 'c' in self", "{\"a-b\":1,\"c\":2}")]
    [InlineData("""{"type":"object","properties":{"a-b":{"type":"integer"},"in":{"type":"integer"},"x__y":{"type":"integer"},"p.q/r":{"type":"integer"}}}""",
        "self.a__dash__b == 1 && self.__in__ == 2 && self.x__underscores__y == 3 && self.p__dot__q__slash__r == 4", "{\"a-b\":1,\"in\":2,\"x__y\":3,\"p.q/r\":4}")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""", "self.kind == 'Pod' && self.metadata.name == 'p'",
        "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"}}")]
    [InlineData("""{"type":"string","nullable":true}""", "self == 'a'", "null")]
    public void Values_are_what_the_schema_says(string schema, string rule, string value)
    {
        Assert.Empty(Validate(With(rule), value));
        Assert.Equal(value == "null" ? 0 : 1, Validate(With($"!({rule})"), value).Length);

        string With(string one) => $$$"""{{{schema[..^1]}}},"x-kubernetes-validations":[{"rule":{{{JsonSerializer.Serialize(one)}}}}]}""";
    }

    [Fact]
    public void Rules_of_the_whole_object_see_its_name()
    {
        var schema = CelSchema.Read(Json("""{"type":"object","x-kubernetes-validations":[{"rule":"self.metadata.name.startsWith('a')"}]}"""));
        Assert.Empty(RuleDefinitions.Check(schema, "x"));
        Assert.Equal("<nil>", Assert.Single(new SchemaRules(schema).Validate(Json("""{"metadata":{"name":"b"}}"""), null).Issues).Path);
    }

    [Fact]
    public void An_object_has_a_budget()
    {
        var schema = CelSchema.Read(Json("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self.all(a, self.all(b, a + b > 0))"}]}}}"""));
        var item = Json($$"""{"l":[{{string.Join(',', Enumerable.Repeat(1, 600))}}]}""");
        Assert.Equal(
            "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: self.all(a, self.all(b, a + b > 0))",
            Assert.Single(new SchemaRules(schema).Validate(item, null).Issues).Detail);
        Assert.Equal(
            "validation failed due to running out of cost budget, no further validation rules will be run",
            Assert.Single(new SchemaRules(schema).Validate(item, null, budget: 100).Issues).Detail);
    }
}
