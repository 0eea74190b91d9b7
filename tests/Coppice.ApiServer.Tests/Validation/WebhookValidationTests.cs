using System.Text;
using System.Text.Json.Nodes;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad webhooks, with the causes that Kubernetes gives; and what good ones are filled up with.</summary>
public sealed class WebhookValidationTests
{
    private const string Good =
        """{"name":"a.b.c","clientConfig":{"service":{"name":"s","namespace":"n"}},"sideEffects":"None","admissionReviewVersions":["v1"]}""";

    private const string GoodRule = """{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods","pods/log"]}""";

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":""}""", "name: Required value")]
    [InlineData("""{"name":"a.b"}""", """name: Invalid value: "a.b": should be a domain with at least three segments separated by dots""")]
    [InlineData("""{"failurePolicy":"Try","matchPolicy":"Like"}""",
        """failurePolicy: Unsupported value: "Try": supported values: "Fail", "Ignore" """,
        """matchPolicy: Unsupported value: "Like": supported values: "Equivalent", "Exact" """)]
    [InlineData("""{"sideEffects":null}""", "sideEffects: Required value: must specify one of None, NoneOnDryRun")]
    [InlineData("""{"sideEffects":"Some"}""", """sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun" """)]
    [InlineData("""{"timeoutSeconds":31}""", "timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [InlineData("""{"namespaceSelector":{"matchExpressions":[{"key":"a","operator":"In"}]}}""",
        "namespaceSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    [InlineData("""{"admissionReviewVersions":[]}""", "admissionReviewVersions: Required value: must specify one of v1, v1beta1")]
    [InlineData("""{"admissionReviewVersions":["v3","v3"]}""",
        """admissionReviewVersions[1]: Invalid value: "v3": duplicate version""",
        """admissionReviewVersions: Invalid value: ["v3","v3"]: must include at least one of v1, v1beta1""")]
    [InlineData("""{"matchConditions":[{"name":"","expression":" "},{"name":"a","expression":"true"},{"name":"a","expression":"true"}]}""",
        "matchConditions[0].expression: Required value",
        "matchConditions[0].name: Required value",
        """matchConditions[2].name: Duplicate value: "a" """)]
    [InlineData("""{"matchConditions":[{"name":"a","expression":"request.userInfo.username == 'x' && !has(oldObject.spec) && authorizer.requestResource.check('get').allowed()"},{"name":"b","expression":"params == 1"},{"name":"c","expression":"object.metadata"}]}""",
        "matchConditions[1].expression: Invalid value: \"params == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params == 1\n | ^",
        """matchConditions[2].expression: Invalid value: "object.metadata": must evaluate to bool but got dyn""")]
    public void A_webhook_is_refused_for(string changes, params string[] causes) => AssertCauses(changes, causes);

    [Theory]
    [InlineData("{}", "exactly one of url or service is required")]
    [InlineData("""{"url":"https://a","service":{"name":"s","namespace":"n"}}""", "exactly one of url or service is required")]
    public void A_client_is_one_of_both(string client, string why) =>
        AssertCauses($$"""{"clientConfig":{{client}}}""", $"clientConfig: Required value: {why}");

    [Theory]
    [InlineData("https://example.com/a")]
    [InlineData("https://[::1]:8443")]
    [InlineData("http://example.com", """Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]""")]
    [InlineData("example.com/a",
        """Invalid value: "": 'https' is the only allowed URL scheme; desired format: https://host[/path]""",
        """Invalid value: "": host must be provided; desired format: https://host[/path]""")]
    [InlineData("https://u:p@example.com/a?b=c#d",
        """Invalid value: "u:p": user information is not permitted in the URL""",
        """Invalid value: "d": fragments are not permitted in the URL""",
        """Invalid value: "b=c": query parameters are not permitted in the URL""")]
    [InlineData("https://a:b",
        """Required value: url must be a valid URL: parse "https://a:b": invalid port ":b" after host; desired format: https://host[/path]""")]
    public void An_address_is_refused_for(string url, params string[] causes) =>
        AssertCauses($$$"""{"clientConfig":{"url":"{{{url}}}"}}""", [.. causes.Select(cause => $"clientConfig.url: {cause}")]);

    [Theory]
    [InlineData("""{"name":"s","namespace":"n","path":"/a/b/"}""")]
    [InlineData("{}", "name: Required value: service name is required", "namespace: Required value: service namespace is required")]
    [InlineData("""{"name":"s","namespace":"n","port":65536}""", "port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive")]
    [InlineData("""{"name":"s","namespace":"n","path":"//"}""", """path: Invalid value: "//": segment[0] may not be empty""")]
    [InlineData("""{"name":"s","namespace":"n","path":"/a//b"}""", """path: Invalid value: "/a//b": segment[1] may not be empty""")]
    [InlineData("""{"name":"s","namespace":"n","path":"ab/c"}""", """path: Invalid value: "ab/c": must start with a '/'""")]
    public void A_service_is_refused_for(string service, params string[] causes) =>
        AssertCauses($$$"""{"clientConfig":{"service":{{{service}}}}}""", [.. causes.Select(cause => $"clientConfig.service.{cause}")]);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"operations":[],"apiGroups":[],"apiVersions":[],"resources":[]}""",
        "operations: Required value", "apiGroups: Required value", "apiVersions: Required value", "resources: Required value")]
    [InlineData("""{"operations":["*","PATCH"]}""",
        """operations: Invalid value: ["*","PATCH"]: if '*' is present, must not specify other operations""",
        """operations[1]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE" """)]
    [InlineData("""{"apiGroups":["*","a"],"apiVersions":["*",""]}""",
        """apiGroups: Invalid value: ["*","a"]: if '*' is present, must not specify other API groups""",
        """apiVersions: Invalid value: ["*",""]: if '*' is present, must not specify other API versions""",
        "apiVersions[1]: Required value")]
    [InlineData("""{"resources":["pods/*","pods/log"]}""", """resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log""")]
    [InlineData("""{"resources":["*/scale","a/scale"]}""", """resources[1]: Invalid value: "a/scale": if '*/scale' is present, must not specify a/scale""")]
    [InlineData("""{"resources":["*/*","a"]}""", """resources: Invalid value: ["*/*","a"]: if '*/*' is present, must not specify other resources""")]
    [InlineData("""{"resources":["*","a"]}""",
        """resources: Invalid value: ["*","a"]: if '*' is present, must not specify other resources without subresources""")]
    [InlineData("""{"scope":"Here"}""", """scope: Unsupported value: "Here": supported values: "*", "Cluster", "Namespaced" """)]
    public void A_rule_is_refused_for(string changes, params string[] causes) =>
        AssertCauses($$"""{"rules":[{{Merge(GoodRule, changes)}}]}""", [.. causes.Select(cause => $"rules[0].{cause}")]);

    [Fact]
    public void Two_webhooks_of_a_name_are_one_too_many()
    {
        var error = Assert.Single(Served.Strategy<ValidatingWebhookConfiguration>().Validate(Of<ValidatingWebhookConfiguration>(Good, Good)));
        Assert.Equal("""webhooks[1].name: Duplicate value: "a.b.c" """.TrimEnd(), error.ToString());
    }

    [Fact]
    public void What_is_asked_of_new_webhooks_is_not_asked_of_old_ones()
    {
        var strategy = Served.Strategy<ValidatingWebhookConfiguration>();
        var old = Of<ValidatingWebhookConfiguration>(Merge(Good, """{"sideEffects":"Some","admissionReviewVersions":["v9"]}"""));
        var item = old with { Webhooks = [old.Webhooks[0] with { TimeoutSeconds = 3 }] };

        Assert.NotEmpty(strategy.Validate(item));
        Assert.Empty(strategy.ValidateUpdate(item, old));
    }

    [Fact]
    public void A_mutating_one_is_asked_again_in_one_of_two_ways() => Assert.Equal(
        """webhooks[0].reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never" """.TrimEnd(),
        Assert.Single(Served.Strategy<MutatingWebhookConfiguration>().Validate(
            Of<MutatingWebhookConfiguration>(Merge(Good, """{"reinvocationPolicy":"Often"}""")))).ToString());

    [Fact]
    public void What_is_not_said_is_filled_in()
    {
        var filled = Of<MutatingWebhookConfiguration>(Merge(Good, $$"""{"rules":[{{GoodRule}}]}"""));

        var webhook = Assert.Single(filled.Webhooks);
        Assert.Equal(("Fail", "Equivalent", 10, "Never"), (webhook.FailurePolicy, webhook.MatchPolicy, webhook.TimeoutSeconds, webhook.ReinvocationPolicy));
        Assert.Equal(("*", 443), (webhook.Rules[0].Scope, webhook.ClientConfig.Service!.Port));
        Assert.Equal((new(), new()), (webhook.NamespaceSelector, webhook.ObjectSelector));
        Assert.Equal(filled, Served.Strategy<MutatingWebhookConfiguration>().Default(filled));
    }

    [Fact]
    public void A_change_of_the_webhooks_is_a_new_generation_and_the_table_counts_them()
    {
        var strategy = Served.Strategy<ValidatingWebhookConfiguration>();
        var old = (ValidatingWebhookConfiguration)strategy.PrepareForCreate(Of<ValidatingWebhookConfiguration>(Good));
        Assert.Equal(1, old.Metadata.Generation);
        Assert.Equal(1, strategy.PrepareForUpdate(old, old).Metadata.Generation);
        Assert.Equal(2, strategy.PrepareForUpdate(old with { Webhooks = [] }, old).Metadata.Generation);
        Assert.Equal(1L, Served.Cells(old, default)[1]);
    }

    private static void AssertCauses(string changes, params string[] causes) => Assert.Equal(
        causes.Select(cause => $"webhooks[0].{cause.TrimEnd()}"),
        Served.Strategy<ValidatingWebhookConfiguration>().Validate(Of<ValidatingWebhookConfiguration>(Merge(Good, changes))).Select(error => error.ToString()));

    private static T Of<T>(params string[] webhooks)
        where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes($$"""{"webhooks":[{{string.Join(',', webhooks)}}]}""")));

    private static string Merge(string json, string changes)
    {
        var merged = JsonNode.Parse(json)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }
}
