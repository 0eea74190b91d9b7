using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Rules of schemas (x-kubernetes-validations): refused where they are wrong, and held to where they are right.</summary>
public sealed class CustomRuleTests(ServedApi api) : IClassFixture<ServedApi>
{
    private static int _groups;

    [Fact]
    public async Task An_object_must_hold_to_the_rules_of_its_schema()
    {
        var all = await ServeAsync(
            """{"rule":"self.min <= self.max","message":"min must not exceed max"},{"rule":"!has(oldSelf.color) || self.color == oldSelf.color","fieldPath":".color","reason":"FieldValueForbidden"}""");
        Assert.EndsWith("spec: Invalid value: \"object\": min must not exceed max", (await api.MakeAsync(all, """{"metadata":{"name":"bad"},"spec":{"min":3,"max":2}}""")).Refused(422, "Invalid"));
        (await api.MakeAsync(all, """{"metadata":{"name":"one"},"spec":{"min":1,"max":2,"color":"red"}}""")).Good();
        Assert.EndsWith(
            "spec.color: Forbidden: failed rule: !has(oldSelf.color) || self.color == oldSelf.color",
            (await api.PatchAsync($"{all}/one", """{"spec":{"color":"blue"}}""")).Refused(422, "Invalid"));
        Assert.Contains(
            "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
            (await api.PatchAsync($"{all}/one", """{"spec":{"min":"one"}}""")).Refused(422, "Invalid"));
        (await api.PatchAsync($"{all}/one", """{"spec":{"max":5}}""")).Good();
    }

    [Theory]
    [InlineData("""{"rule":"self.nothing > 1"}""", "undefined field 'nothing'")]
    [InlineData("""{"rule":" "}""", "x-kubernetes-validations[0].rule: Required value: rule is not specified")]
    [InlineData("""{"rule":"true","reason":"Odd"}""", "x-kubernetes-validations[0].reason: Unsupported value: \"Odd\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    public async Task A_definition_with_a_bad_rule_is_refused(string rule, string message) =>
        Assert.Contains(message, (await api.PostAsync(All, CronTabs("bad-rules.example.com", Schema(rule)))).Refused(422, "Invalid"));

    private static string Schema(string rules) => $$$"""
        {"type":"object","properties":{"spec":{"type":"object","x-kubernetes-validations":[{{{rules}}}],
          "properties":{"min":{"type":"integer"},"max":{"type":"integer"},"color":{"type":"string","maxLength":10}} } } }
        """;

    private async Task<string> ServeAsync(string rules)
    {
        var group = $"rules-{Interlocked.Increment(ref _groups)}.example.com";
        await api.DefineAsync(CronTabs(group, Schema(rules)));
        return $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs";
    }
}
