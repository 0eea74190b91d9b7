using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Policies;

/// <summary>Policies in expressions: when they count, what they see, and what becomes of what does not hold to them.</summary>
public sealed class ValidatingPolicyTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Root = "/apis/admissionregistration.k8s.io/v1";

    private static int _made;

    [Fact]
    public async Task What_does_not_hold_is_refused_with_the_expression_that_says_so()
    {
        var (space, policy) = await AddAsync("""{"expression":"object.data.a != '1'"}""");
        var refused = await api.NewConfigMapAsync(space, "one");

        var message = $"ValidatingAdmissionPolicy '{policy}' with binding '{policy}' denied request: failed expression: object.data.a != '1'";
        Assert.Equal($"configmaps \"one\" is forbidden: {message}", refused.Refused(422, "Invalid"));
        Assert.Equal(message, (string?)refused.Body!["details"]!["causes"]![0]!["message"]);
        Assert.Equal(404, (await api.GetAsync($"{space}/configmaps/one")).Code);
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"two"},"data":{"a":"2"}}""")).Good();
    }

    [Fact]
    public async Task The_conditions_of_a_policy_are_held_to_their_form()
    {
        var (_, policy) = await AddAsync("""{"expression":"true"}""");
        var refused = (await api.SendAsync(
            "PATCH", $"{Root}/validatingadmissionpolicies/{policy}/status", """{"status":{"conditions":[{"type":"A","status":"Yes","reason":"","message":""}]}}""", "application/merge-patch+json")).Refused(422, "Invalid");
        Assert.Contains("status.conditions[0].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \"Unknown\"", refused);
        Assert.Contains("status.conditions[0].reason: Required value: must be set", refused);
    }

    [Theory]
    [InlineData("""{"expression":"false","message":" not so ","reason":"Forbidden"}""", 403, "Forbidden", "not so")]
    [InlineData("""{"expression":"false","messageExpression":"'a is ' + object.data.a","message":"m"}""", 422, "Invalid", "a is 1")]
    [InlineData("""{"expression":"false","messageExpression":"string(object.data.none)","message":"m"}""", 422, "Invalid", "m")]
    [InlineData("""{"expression":"object.data.none == '1'"}""", 422, "Invalid", "expression 'object.data.none == '1'' resulted in error: no such key: none")]
    [InlineData("""{"expression":"request.userInfo.username != 'admin'"}""", 422, "Invalid", "failed expression: request.userInfo.username != 'admin'")]
    [InlineData("""{"expression":"namespaceObject.metadata.name == 'x' || request.operation != 'CREATE'"}""", 422, "Invalid",
        "failed expression: namespaceObject.metadata.name == 'x' || request.operation != 'CREATE'")]
    [InlineData("""{"expression":"oldObject != null"}""", 422, "Invalid", "failed expression: oldObject != null")]
    [InlineData("""{"expression":"!authorizer.requestResource.check('delete').allowed() || !authorizer.group('').resource('pods').check('create').allowed()"}""", 422, "Invalid",
        "failed expression: !authorizer.requestResource.check('delete').allowed() || !authorizer.group('').resource('pods').check('create').allowed()")]
    public async Task What_is_told_is_what_the_policy_says(string validation, int code, string reason, string told)
    {
        var (space, _) = await AddAsync(validation);
        Assert.EndsWith($"denied request: {told}", (await api.NewConfigMapAsync(space, "one")).Refused(code, reason));
    }

    [Theory]
    [InlineData("""{"expression":"authorizer.serviceAccount('default', 'nobody').group('').resource('pods').check('create').allowed() == false"}""")]
    [InlineData("""{"expression":"object.data.?none.orValue('x') == 'x' && request.resource.resource == 'configmaps' && request.name == 'one'"}""")]
    public async Task What_holds_goes_on(string validation)
    {
        var (space, _) = await AddAsync(validation);
        (await api.NewConfigMapAsync(space, "one")).Good();
    }

    [Fact]
    public async Task A_variable_is_evaluated_where_it_is_asked_for()
    {
        var (space, _) = await AddAsync(
            """{"expression":"variables.double == '11'"},{"expression":"variables.wrong == 1"}""",
            more: """, "variables":[{"name":"a","expression":"object.data.a"},{"name":"double","expression":"variables.a + variables.a"},{"name":"wrong","expression":"1 / 0"}]""");
        Assert.EndsWith(
            "expression 'variables.wrong == 1' resulted in error: composited variable \"wrong\" fails to evaluate: division by zero",
            (await api.NewConfigMapAsync(space, "one")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task Only_what_the_conditions_mean_is_tried()
    {
        var (space, _) = await AddAsync(
            """{"expression":"false"}""", more: """, "matchConditions":[{"name":"a.example.com","expression":"object.data.a == '2'"}]""");
        (await api.NewConfigMapAsync(space, "one")).Good();
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"two"},"data":{"a":"2"}}""")).Refused(422, "Invalid");
    }

    [Fact]
    public async Task What_cannot_be_evaluated_may_be_let_pass()
    {
        var (space, _) = await AddAsync("""{"expression":"object.data.none == 1"}""", more: """, "failurePolicy":"Ignore" """);
        (await api.NewConfigMapAsync(space, "one")).Good();
    }

    [Fact]
    public async Task A_binding_may_only_warn()
    {
        var (space, policy) = await AddAsync("""{"expression":"false","message":"m"}""", actions: "\"Warn\",\"Audit\"");
        Assert.Equal(
            [$"299 - \"Validation failed for ValidatingAdmissionPolicy '{policy}' with binding '{policy}': m\""],
            (await api.NewConfigMapAsync(space, "one")).Good().Warnings);
    }

    [Fact]
    public async Task Parameters_are_taken_from_objects()
    {
        var (space, policy) = await AddAsync(
            """{"expression":"object.data.a != params.data.bad","messageExpression":"'not ' + params.data.bad"}""",
            more: """, "paramKind":{"apiVersion":"v1","kind":"ConfigMap"}, "matchConditions":[{"name":"x","expression":"!object.metadata.name.startsWith('param')"}]""",
            bindingMore: """, "paramRef":{"selector":{"matchLabels":{"is":"param"}},"parameterNotFoundAction":"Deny"} """);
        Assert.EndsWith(
            "denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
            (await api.NewConfigMapAsync(space, "one")).Refused(422, "Invalid"));

        // Where there are none yet, parameters themselves can't be made: so the binding goes for a moment.
        var binding = (await api.GetAsync($"{Root}/validatingadmissionpolicybindings/{policy}")).Good().Body!.ToJsonString();
        (await api.SendAsync("DELETE", $"{Root}/validatingadmissionpolicybindings/{policy}")).Good();
        foreach (var bad in (string[])["0", "1"])
        {
            (await api.PostAsync($"{space}/configmaps", $$$"""{"metadata":{"name":"param-{{{bad}}}","labels":{"is":"param"}},"data":{"bad":"{{{bad}}}"}}""")).Good();
        }

        var again = JsonNode.Parse(binding)!;
        again["metadata"]!.AsObject().Remove("resourceVersion");
        (await api.PostAsync($"{Root}/validatingadmissionpolicybindings", again.ToJsonString())).Good();
        Assert.EndsWith("denied request: not 1", (await api.NewConfigMapAsync(space, "one")).Refused(422, "Invalid"));
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"two"},"data":{"a":"2"}}""")).Good();
    }

    [Theory]
    [InlineData("\"validations\":[]", "spec.validations: Required value: validations or auditAnnotations must contain at least one item")]
    [InlineData("\"validations\":[{\"expression\":\"object.x ==\"}]", "spec.validations[0].expression: Invalid value: \"object.x ==\": compilation failed: ERROR: <input>:1:12: Syntax error: mismatched input '<EOF>'")]
    [InlineData("\"validations\":[{\"expression\":\"1\"}]", "spec.validations[0].expression: Invalid value: \"1\": must evaluate to bool")]
    [InlineData("\"validations\":[{\"expression\":\"variables.x\"}]", "undefined field 'x'")]
    [InlineData("\"validations\":[{\"expression\":\"true\",\"messageExpression\":\"1\"}]", "spec.validations[0].messageExpression: Invalid value: \"1\": must evaluate to string")]
    [InlineData("\"validations\":[{\"expression\":\"true\",\"reason\":\"Other\"}]", "spec.validations[0].reason: Unsupported value: \"Other\": supported values: \"Forbidden\", \"Invalid\", \"RequestEntityTooLarge\", \"Unauthorized\"")]
    [InlineData("\"validations\":[{\"expression\":\"params == null\"}]", "undeclared reference to 'params' (in container '')")]
    [InlineData("\"validations\":[{\"expression\":\"true\"}],\"variables\":[{\"name\":\"a b\",\"expression\":\"1\"}]", "spec.variables[0].name: Invalid value: \"a b\": name is not a valid CEL identifier")]
    [InlineData("\"auditAnnotations\":[{\"key\":\"k\",\"valueExpression\":\"1\"}]", "spec.auditAnnotations[0].valueExpression: Invalid value: \"1\": must evaluate to one of [string null_type]")]
    [InlineData("\"validations\":[{\"expression\":\"true\"}],\"paramKind\":{\"apiVersion\":\"v1\"}", "spec.paramKind.kind: Required value")]
    [InlineData("\"validations\":[{\"expression\":\"true\"}],\"matchConditions\":[{\"name\":\"x\",\"expression\":\"object.x\"}]", "spec.matchConditions[0].expression: Invalid value: \"object.x\": must evaluate to bool but got dyn")]
    public async Task A_bad_policy_is_refused(string spec, string why)
    {
        const string Match = "\"matchConstraints\":{\"resourceRules\":[{\"operations\":[\"*\"],\"apiGroups\":[\"*\"],\"apiVersions\":[\"*\"],\"resources\":[\"*\"]}]}";
        var refused = await api.PostAsync($"{Root}/validatingadmissionpolicies", $$$"""{"metadata":{"name":"bad"},"spec":{{{{Match}}},{{{spec}}}}}""");
        Assert.Contains(why, refused.Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"policyName\":\"a\"", "spec.validationActions: Required value: at least one validation action is required")]
    [InlineData("\"policyName\":\"a\",\"validationActions\":[\"Deny\",\"Warn\"]", "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)")]
    [InlineData("\"policyName\":\"a\",\"validationActions\":[\"Deny\",\"Deny\"]", "spec.validationActions[1]: Duplicate value: \"Deny\"")]
    [InlineData("\"policyName\":\"a\",\"validationActions\":[\"Deny\"],\"paramRef\":{\"name\":\"x\",\"selector\":{},\"parameterNotFoundAction\":\"Deny\"}", "spec.paramRef.name: Forbidden: name and selector are mutually exclusive")]
    [InlineData("\"policyName\":\"a\",\"validationActions\":[\"Deny\"],\"paramRef\":{\"name\":\"x\"}", "spec.paramRef.parameterNotFoundAction: Required value")]
    public async Task A_bad_binding_is_refused(string spec, string why)
    {
        var refused = await api.PostAsync($"{Root}/validatingadmissionpolicybindings", $$$"""{"metadata":{"name":"bad"},"spec":{{{{spec}}}}}""");
        Assert.Contains(why, refused.Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_printed_as_by_Kubernetes()
    {
        var (_, policy) = await AddAsync("""{"expression":"true"}""", more: """, "paramKind":{"apiVersion":"v1","kind":"ConfigMap"} """, bindingMore: """, "paramRef":{"name":"p","namespace":"n","parameterNotFoundAction":"Allow"} """);
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        var row = (await api.GetAsync($"{Root}/validatingadmissionpolicies/{policy}", Table)).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal((policy, 1, "v1/ConfigMap"), ((string?)row[0], (int?)row[1], (string?)row[2]));
        row = (await api.GetAsync($"{Root}/validatingadmissionpolicybindings/{policy}", Table)).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal((policy, policy, "n/p"), ((string?)row[0], (string?)row[1], (string?)row[2]));
    }

    /// <summary>A policy for config maps that counts in a namespace of its own.</summary>
    private async Task<(string Space, string Policy)> AddAsync(string validations, string more = "", string actions = "\"Deny\"", string bindingMore = "")
    {
        var space = await api.NewNamespaceAsync();
        var policy = $"policy-{Interlocked.Increment(ref _made)}";
        (await api.PostAsync($"{Root}/validatingadmissionpolicies", $$$"""
            {"metadata":{"name":"{{{policy}}}"},"spec":{"validations":[{{{validations}}}],
            "matchConstraints":{"resourceRules":[{"operations":["CREATE","UPDATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}{{{more}}}}}
            """)).Good();
        var within = $$"""{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{space[(space.LastIndexOf('/') + 1)..]}}"} } }""";
        (await api.PostAsync($"{Root}/validatingadmissionpolicybindings", $$$"""
            {"metadata":{"name":"{{{policy}}}"},"spec":{"policyName":"{{{policy}}}","validationActions":[{{{actions}}}],"matchResources":{{{within}}}{{{bindingMore}}}}}
            """)).Good();
        return (space, policy);
    }
}
