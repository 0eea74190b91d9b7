using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>What is wrong with definitions, in Kubernetes' words.</summary>
public sealed class DefinitionValidationTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Group = "bad.example.com";

    private const string Version = """{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""";

    [Theory]
    [InlineData("""{"spec":{"group":"example"}}""", "metadata.name: Invalid value: \"crontabs.bad.example.com\": must be spec.names.plural+\".\"+spec.group", "spec.group: Invalid value: \"example\": should be a domain with at least one dot")]
    [InlineData("""{"spec":{"scope":"Everywhere"}}""", "spec.scope: Unsupported value: \"Everywhere\": supported values: \"Cluster\", \"Namespaced\"")]
    [InlineData("""{"spec":{"scope":null}}""", "spec.scope: Required value")]
    [InlineData("""{"spec":{"names":{"kind":"Cron_Tab","listKind":"Cron_Tab"}}}""", "spec.names.kind: Invalid value: \"Cron_Tab\": may have mixed case, but should otherwise match: a DNS-1035 label", "spec.names.listKind: Invalid value: \"Cron_Tab\": kind and listKind may not be the same")]
    [InlineData("""{"spec":{"names":{"shortNames":["CT"],"categories":["All"]}}}""", "spec.names.shortNames[0]: Invalid value: \"CT\": a DNS-1035 label", "spec.names.categories[0]: Invalid value: \"All\": a DNS-1035 label")]
    [InlineData("""{"spec":{"versions":[{"name":"v1","served":true,"storage":true}]}}""", "spec.versions[0].schema.openAPIV3Schema: Required value")]
    [InlineData("""{"spec":{"preserveUnknownFields":true}}""", "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")]
    [InlineData("""{"spec":{"conversion":{"strategy":"Webhook"}}}""", "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook", "spec.conversion.conversionReviewVersions: Required value")]
    [InlineData("""{"spec":{"conversion":{"strategy":"Webhook","webhook":{"clientConfig":{"url":"http://a"},"conversionReviewVersions":["v2"]}}}}""", "spec.conversion.webhookClientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]", "spec.conversion.conversionReviewVersions: Invalid value: [\"v2\"]: must include at least one of v1, v1beta1")]
    [InlineData("""{"spec":{"conversion":{"strategy":"None","webhook":{"clientConfig":{"url":"https://a"},"conversionReviewVersions":["v1"]}}}}""", "spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to Webhook", "spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook")]
    public async Task A_bad_definition_is_refused(string change, params string[] messages) => await RefusedAsync(change, messages);

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", "spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"string"}""", "spec.validation.openAPIV3Schema.type: Invalid value: \"string\": must be object at the root")]
    [InlineData("""{"type":"object","nullable":true}""", "spec.validation.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root")]
    [InlineData("""{"type":"object","properties":{"a":{"description":"x"}}}""", "spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "spec.validation.openAPIV3Schema.properties[a].items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{}}}}""", "spec.validation.openAPIV3Schema.properties[a].items.type: Required value: must not be empty for specified array items")]
    [InlineData("""{"type":"object","additionalProperties":true}""", "spec.validation.openAPIV3Schema.additionalProperties: Forbidden: must not be used at the root")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"text"}}}""", "spec.validation.openAPIV3Schema.properties[a].type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", "spec.validation.openAPIV3Schema.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","anyOf":[{"properties":{"a":{"type":"string"}}}]}""", "spec.validation.openAPIV3Schema.anyOf[0].properties[a].type: Forbidden: must be empty to be structural", "spec.validation.openAPIV3Schema.properties[a]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[a]")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""", "spec.validation.openAPIV3Schema.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","$ref":"#/x"}}}""", "spec.validation.openAPIV3Schema.properties[a].$ref: Forbidden: $ref is not supported")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""", "spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true}}}""", "spec.validation.openAPIV3Schema.properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}}""", "spec.validation.openAPIV3Schema.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}}""", "spec.validation.openAPIV3Schema.properties[a].default: Invalid value: {\"b\":1}: must not have unknown fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", "spec.validation.openAPIV3Schema.properties[a].default: Invalid value: \"string\":")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","x-kubernetes-preserve-unknown-fields":false}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined")]
    public async Task A_bad_schema_is_refused(string schema, params string[] messages) => await RefusedAsync(
        $$$"""{"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}}]}}""", messages);

    [Theory]
    [InlineData(""","deprecationWarning":"x" """, "spec.versions[0].deprecationWarning: Invalid value: \"x\": can only be set for deprecated versions")]
    [InlineData(""","subresources":{"scale":{"specReplicasPath":".status.a","statusReplicasPath":""}}""", "spec.subresources.scale.specReplicasPath: Invalid value: \".status.a\": should be a json path under .spec", "spec.subresources.scale.statusReplicasPath: Required value")]
    [InlineData(""","additionalPrinterColumns":[{"name":"a","type":"text","jsonPath":"spec"}]""", "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string", "spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"spec\": must be a simple json path starting with .")]
    [InlineData(""","selectableFields":[{"jsonPath":".spec.a"},{"jsonPath":".metadata.name"}]""", "spec.selectableFields[0].jsonPath: Invalid value: \".spec.a\": is an invalid path: does not refer to a valid field")]
    public async Task A_bad_version_is_refused(string more, params string[] messages) => await RefusedAsync(
        $$$"""{"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}{{{more}}}}]}}""", messages);

    [Fact]
    public async Task What_versions_do_not_share_is_told_of_with_the_version()
    {
        await RefusedAsync(
            """
            {"spec":{"versions":[
              {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
              {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{}}}]}}
            """,
            ["spec.versions[1].schema.openAPIV3Schema.type: Required value: must not be empty at the root", "must contain unique version names", "must have exactly one version marked as storage version"]);
    }

    [Fact]
    public async Task A_group_of_Kubernetes_needs_an_approval()
    {
        var definition = Of("stable.k8s.io", Version);
        Assert.Contains(
            "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111",
            (await api.PostAsync(All, definition)).Refused(422, "Invalid"));
        var approved = definition.Replace("\"metadata\":{", "\"metadata\":{\"annotations\":{\"api-approved.kubernetes.io\":\"unapproved, experimental\"},");
        var served = await api.DefineAsync(approved);
        Assert.Equal(("False", "UnapprovedAnnotation"), ((string?)ConditionOf(served, "KubernetesAPIApprovalPolicyConformant")!["status"], (string?)ConditionOf(served, "KubernetesAPIApprovalPolicyConformant")!["reason"]));
    }

    [Fact]
    public async Task What_is_stored_by_it_cannot_be_changed()
    {
        await api.DefineAsync(Of("fixed.example.com", Version));
        const string Name = $"{All}/crontabs.fixed.example.com";
        Assert.Contains("spec.scope: Invalid value: \"Cluster\": field is immutable", (await api.PatchAsync(Name, """{"spec":{"scope":"Cluster"}}""")).Refused(422, "Invalid"));
        Assert.Contains("spec.names.kind: Invalid value: \"Tab\": field is immutable", (await api.PatchAsync(Name, """{"spec":{"names":{"kind":"Tab"}}}""")).Refused(422, "Invalid"));
        Assert.Contains("spec.group: Invalid value: \"a.b\": field is immutable", (await api.PatchAsync(Name, """{"spec":{"group":"a.b"}}""")).Refused(422, "Invalid"));
        var other = """{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""";
        Assert.Contains("missing from spec.versions; v1 was previously a storage version", (await api.PatchAsync(Name, $$$"""{"spec":{"versions":[{{{other}}}]}}""")).Refused(422, "Invalid"));
        var both = (await api.PatchAsync(Name, $$$"""{"spec":{"versions":[{{{Version.Replace("\"storage\":true", "\"storage\":false")}}},{{{other}}}]}}""")).Good().Body!;
        Assert.Equal("""["v1","v2"]""", both["status"]!["storedVersions"]!.ToJsonString());
    }

    private async Task RefusedAsync(string change, string[] messages)
    {
        var definition = JsonNode.Parse(Of(Group, Version))!;
        Merge(definition.AsObject(), JsonNode.Parse(change)!.AsObject());
        var answer = (await api.PostAsync(All, definition.ToJsonString())).Refused(422, "Invalid");
        Assert.All(messages, message => Assert.Contains(message, answer));
    }

    private static void Merge(JsonObject into, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is JsonObject inner && into[name] is JsonObject here)
            {
                Merge(here, inner);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }
}
