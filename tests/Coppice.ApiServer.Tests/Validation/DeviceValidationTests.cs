using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad classes, claims and slices of devices, with the causes that Kubernetes gives.</summary>
public sealed class DeviceValidationTests
{
    private const string Requests = "spec.devices.requests[0]";

    private const string Claim = """
        "spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"c"}}]}}
        """;

    private const string Allocation = """
        "allocation":{"devices":{"results":[{"request":"gpu","driver":"d","pool":"p","device":"x"}]}}
        """;

    [Theory]
    [InlineData("""{"name":"gpu","exactly":{"deviceClassName":"c"}}""")]
    [InlineData("""{"name":"gpu","firstAvailable":[{"name":"a","deviceClassName":"c","allocationMode":"All"},{"name":"b","deviceClassName":"c","count":2}]}""")]
    [InlineData("""{"name":"gpu"}""", $"{Requests}: Required value: exactly one of `exactly` or `firstAvailable` is required")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c"},"firstAvailable":[{"name":"a","deviceClassName":"c"}]}""",
        $"{Requests}: Invalid value: \"null\": exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set")]
    [InlineData("""{"name":"gpu","exactly":{}}""", $"{Requests}.exactly.deviceClassName: Required value")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c","allocationMode":"All","count":1}}""",
        $"{Requests}.exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'")]
    [InlineData("""{"name":"gpu","exactly":{"deviceClassName":"c","count":-1}}""", $"{Requests}.exactly.count: Invalid value: -1: must be greater than zero")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c","allocationMode":"Some"}}""",
        $"{Requests}.exactly.allocationMode: Unsupported value: \"Some\": supported values: \"All\", \"ExactCount\"")]
    [InlineData(
        """{"name":"gpu","firstAvailable":[{"name":"a","deviceClassName":"c"},{"name":"a","deviceClassName":"c"}]}""",
        $"{Requests}.firstAvailable[1]: Duplicate value: \"a\"")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c","tolerations":[{"key":"a","operator":"Exists","value":"b"},{"operator":"Like","effect":"Never"}]}}""",
        $"{Requests}.exactly.tolerations[0].value: Invalid value: \"b\": must be empty for operator `Exists`",
        $"{Requests}.exactly.tolerations[1].operator: Unsupported value: \"Like\": supported values: \"Equal\", \"Exists\"",
        $"{Requests}.exactly.tolerations[1].effect: Unsupported value: \"Never\": supported values: \"NoExecute\", \"NoSchedule\", \"None\"")]
    [InlineData("""{"name":"gpu","exactly":{"deviceClassName":"c","selectors":[{}]}}""", $"{Requests}.exactly.selectors[0].cel: Required value")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c","selectors":[{"cel":{"expression":"device.driver"}}]}}""",
        $"{Requests}.exactly.selectors[0].cel.expression: Invalid value: \"device.driver\": must evaluate to bool or the unknown type, not string")]
    [InlineData(
        """{"name":"gpu","exactly":{"deviceClassName":"c","selectors":[{"cel":{"expression":"device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a + b != c + d))))"}}]}}""",
        $"{Requests}.exactly.selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit")]
    public void A_request_is_checked(string request, params string[] causes) =>
        Causes.AreOf<ResourceClaim>($$$$"""{"spec":{"devices":{"requests":[{{{{request}}}}] } } }""", causes);

    [Fact]
    public void An_expression_sees_what_devices_have() => Causes.AreOf<DeviceClass>("""
        {"spec":{"selectors":[{"cel":{"expression":"device.attributes['d'].model == 'a' && device.capacity['d'].memory.isGreaterThan(quantity('1Gi')) && !device.allowMultipleAllocations"}}]}}
        """);

    [Theory]
    [InlineData(
        """{"constraints":[{"requests":["other","gpu/a/b"],"matchAttribute":"model"}]}""",
        "spec.devices.constraints[0].requests[0]: Invalid value: \"other\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
        "spec.devices.constraints[0].requests[1]: Invalid value: \"gpu/a/b\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
        "spec.devices.constraints[0].matchAttribute: Invalid value: \"model\": a fully qualified name must be a domain and a name separated by a slash")]
    [InlineData(
        """{"constraints":[{}]}""",
        "spec.devices.constraints[0]: Required value: exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set")]
    [InlineData("""{"config":[{"requests":["gpu"]}]}""", "spec.devices.config[0].opaque: Required value")]
    [InlineData(
        """{"config":[{"opaque":{"parameters":[1]}}]}""",
        "spec.devices.config[0].opaque.driver: Required value",
        "spec.devices.config[0].opaque.parameters: Invalid value: \"<value omitted>\": must be a valid JSON object")]
    public void What_is_said_of_requests_is_of_requests_that_there_are(string devices, params string[] causes) => Causes.AreOf<ResourceClaim>(
        $$$$"""{"spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"c"}}],{{{{devices[1..^1]}}}} } } }""", causes);

    [Fact]
    public void A_claim_and_a_template_do_not_change()
    {
        const string Other = """{"spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"d"}}]}}}""";
        Assert.EndsWith("field is immutable", Served.Strategy<ResourceClaim>().ValidateUpdate(Causes.Read<ResourceClaim>(Other), Causes.Read<ResourceClaim>($"{{{Claim}}}"))[0].ToString());
        var (item, old) = ($$$$"""{"spec":{{{{Other}}}}}""", $$$$"""{"spec":{ {{{{Claim}}}} }}""");
        Assert.EndsWith(
            "field is immutable",
            Served.Strategy<ResourceClaimTemplate>().ValidateUpdate(Causes.Read<ResourceClaimTemplate>(item), Causes.Read<ResourceClaimTemplate>(old))[0].ToString());
    }

    [Theory]
    [InlineData("""{"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}""", "status.reservedFor: Forbidden: may not be specified when `allocated` is not set")]
    [InlineData($$"""{ {{Allocation}},"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}""")]
    [InlineData(
        $$"""{ {{Allocation}},"reservedFor":[{"uid":"u"},{"resource":"pods","name":"p","uid":"u"}]}""",
        "status.reservedFor[0].resource: Required value",
        "status.reservedFor[0].name: Required value",
        "status.reservedFor[1]: Duplicate value: \"u\"")]
    [InlineData(
        $$"""{ {{Allocation}},"devices":[{"driver":"d","pool":"p","device":"y"}]}""",
        "status.devices[0]: Invalid value: \"d/p/y\": must be an allocated device in the claim")]
    [InlineData(
        $$"""{ {{Allocation}},"devices":[{"driver":"d","pool":"p","device":"x","conditions":[{"type":"Ready","status":"True","reason":"Up","lastTransitionTime":"2026-01-02T03:04:05Z"}]}]}""")]
    [InlineData(
        $$"""{ {{Allocation}},"devices":[{"driver":"d","pool":"p","device":"x","conditions":[{"type":"a","status":"Perhaps","reason":"1","observedGeneration":-1},{"type":"a","status":"True","lastTransitionTime":"2026-01-02T03:04:05Z"}]}]}""",
        "status.devices[0].conditions[0].status: Unsupported value: \"Perhaps\": supported values: \"False\", \"True\", \"Unknown\"",
        "status.devices[0].conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero",
        "status.devices[0].conditions[0].lastTransitionTime: Required value: must be set",
        "status.devices[0].conditions[0].reason: Invalid value: \"1\": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
        "status.devices[0].conditions[1].type: Duplicate value: \"a\"",
        "status.devices[0].conditions[1].reason: Required value: must be set")]
    [InlineData(
        """{"allocation":{"devices":{"results":[{"request":"other","driver":"d","pool":"p","device":"x","bindingConditions":["a"]}]}}}""",
        "status.allocation.devices.results[0].request: Invalid value: \"other\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
        "status.allocation.devices.results[0].bindingFailureConditions: Invalid value: []: bindingFailureConditions are required to use bindingConditions")]
    [InlineData(
        """{"allocation":{"devices":{"config":[{"source":"FromNowhere","opaque":{"driver":"d","parameters":{}}}]}}}""",
        "status.allocation.devices.config[0].source: Unsupported value: \"FromNowhere\": supported values: \"FromClaim\", \"FromClass\"")]
    public void What_is_allocated_is_what_was_asked_for(string status, params string[] causes) =>
        Causes.AreOfStatus<ResourceClaim>($$"""{ {{Claim}},"status":{{status}}}""", $"{{{Claim}}}", causes);

    [Theory]
    [InlineData("\"nodeName\":\"n\"")]
    [InlineData("\"allNodes\":true,\"nodeName\":\"n\"",
        "spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set")]
    [InlineData("\"allNodes\":false",
        "spec.allNodes: Invalid value: false: must be either unset or set to true",
        "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required")]
    [InlineData("\"nodeSelector\":{\"nodeSelectorTerms\":[{},{}]}", "spec.nodeSelector.nodeSelectorTerms: Invalid value: [{},{}]: must have exactly one node selector term")]
    [InlineData("\"nodeName\":\"n\",\"devices\":[{\"name\":\"a\"}],\"sharedCounters\":[{\"name\":\"s\",\"counters\":{\"m\":{\"value\":\"1\"}}}]",
        "spec: Invalid value: \"\": only one of `sharedCounters` or `devices` is allowed")]
    [InlineData("\"nodeName\":\"n\",\"sharedCounters\":[{}]", "spec.sharedCounters[0].name: Required value", "spec.sharedCounters[0].counters: Required value")]
    public void A_slice_says_where_its_devices_are(string spec, params string[] causes) =>
        Causes.AreOf<ResourceSlice>($$$"""{"spec":{"driver":"d","pool":{"name":"p","resourceSliceCount":1},{{{spec}}}}}""", causes);

    [Theory]
    [InlineData("""{"name":"x","attributes":{"model":{"string":"a"},"d/version":{"version":"1.2.3-rc.1"}},"capacity":{"memory":{"value":"1Gi"}}}""")]
    [InlineData("""{"name":"X_"}""", "name: Invalid value: \"X_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("""{"name":"x","attributes":{"model":{}}}""", "attributes[model]: Invalid value: \"\": exactly one value must be specified")]
    [InlineData("""{"name":"x","attributes":{"model":{"version":"1.2"}}}""", "attributes[model].version: Invalid value: \"1.2\": must be a string compatible with semver.org spec 2.0.0")]
    [InlineData("""{"name":"x","attributes":{"/model":{"bool":false},"d/":{"int":0}}}""",
        "attributes[/model]: Invalid value: \"\": the domain must not be empty",
        "attributes[d/]: Invalid value: \"\": the name must not be empty")]
    [InlineData("""{"name":"x","allNodes":true}""",
        ": Invalid value: \"null\": `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec")]
    [InlineData("""{"name":"x","taints":[{"key":"a"}]}""", "taints[0].effect: Required value")]
    [InlineData("""{"name":"x","capacity":{"memory":{"value":"1","requestPolicy":{}}}}""", "capacity[memory].requestPolicy: Forbidden: allowMultipleAllocations must be true")]
    [InlineData("""{"name":"x","allowMultipleAllocations":true,"capacity":{"memory":{"value":"10","requestPolicy":{"default":"3","validValues":["2","1","11"]}}}}""",
        "capacity[memory].requestPolicy.validValues[1]: Invalid value: \"1\": values must be sorted in ascending order",
        "capacity[memory].requestPolicy.validValues[2]: Invalid value: \"11\": option is larger than capacity value: 10",
        "capacity[memory].requestPolicy.validValues: Invalid value: \"3\": default value is not valid according to the requestPolicy")]
    [InlineData("""{"name":"x","allowMultipleAllocations":true,"capacity":{"memory":{"value":"10","requestPolicy":{"default":"3","validRange":{"min":"2","max":"6","step":"2"}}}}}""",
        "capacity[memory].requestPolicy.validRange.step: Invalid value: \"3\": value is not a multiple of a given step (2) from (2)")]
    public void A_device_is_checked(string device, params string[] causes) => Causes.AreOf<ResourceSlice>(
        $$$$"""{"spec":{"driver":"d","nodeName":"n","pool":{"name":"p","resourceSliceCount":1},"devices":[{{{{device}}}}] } }""",
        [.. causes.Select(cause => cause[0] == ':' ? $"spec.devices[0]{cause}" : $"spec.devices[0].{cause}")]);

    [Fact]
    public void A_slice_keeps_its_driver_pool_and_node() => Causes.AreOfUpdate<ResourceSlice>(
        """{"spec":{"driver":"e","nodeName":"m","pool":{"name":"q","resourceSliceCount":1}}}""",
        """{"spec":{"driver":"d","nodeName":"n","pool":{"name":"p","resourceSliceCount":1}}}""",
        "spec.pool.name: Invalid value: \"q\": field is immutable",
        "spec.driver: Invalid value: \"e\": field is immutable",
        "spec.nodeName: Invalid value: \"m\": field is immutable");
}
