using Coppice.ApiServer.Flowcontrol;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Flowcontrol;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad manifests of flowcontrol.apiserver.k8s.io, with the causes that Kubernetes gives, and the objects that every cluster has.</summary>
public sealed class FlowcontrolValidationTests
{
    private const string Level = "\"priorityLevelConfiguration\":{\"name\":\"a\"}";

    [Theory]
    [InlineData(Level)]
    [InlineData("\"matchingPrecedence\":-1", "spec.matchingPrecedence: Invalid value: -1: must be a positive value", "spec.priorityLevelConfiguration.name: Required value: must reference a priority level")]
    [InlineData($"\"matchingPrecedence\":10001,{Level}", "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000")]
    [InlineData($"\"matchingPrecedence\":1,{Level}", "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1")]
    [InlineData($"\"distinguisherMethod\":{{\"type\":\"ByColour\"}},{Level}",
        "spec.distinguisherMethod.type: Unsupported value: {\"type\":\"ByColour\"}: supported values: \"ByNamespace\", \"ByUser\"")]
    [InlineData($"\"rules\":[{{\"subjects\":[]}}],{Level}",
        "spec.rules[0].subjects: Required value: subjects must contain at least one value",
        "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty")]
    [InlineData($"\"rules\":[{{\"subjects\":[{{\"kind\":\"User\",\"group\":{{\"name\":\"g\"}}}},{{\"kind\":\"Robot\"}},{{\"kind\":\"ServiceAccount\",\"serviceAccount\":{{\"name\":\"*\"}}}}],\"nonResourceRules\":[{{\"verbs\":[\"get\"],\"nonResourceURLs\":[\"/a*\",\"b\"]}}]}}],{Level}",
        "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        "spec.rules[0].subjects[1].kind: Unsupported value: \"Robot\": supported values: \"Group\", \"ServiceAccount\", \"User\"",
        "spec.rules[0].subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account",
        "spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: \"/a*\": wildcard can only do suffix matching",
        "spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: \"b\": must start with slash")]
    [InlineData($"\"rules\":[{{\"subjects\":[{{\"kind\":\"Group\",\"group\":{{\"name\":\"g\"}}}}],\"resourceRules\":[{{\"verbs\":[\"fly\"],\"apiGroups\":[\"*\",\"a\"],\"resources\":[]}}]}}],{Level}",
        "spec.rules[0].resourceRules[0].verbs: Unsupported value: [\"fly\"]: supported values: \"create\", \"delete\", \"deletecollection\", \"get\", \"list\", \"patch\", \"proxy\", \"update\", \"watch\"",
        "spec.rules[0].resourceRules[0].apiGroups: Invalid value: [\"*\",\"a\"]: if '*' is present, must not specify other api groups",
        "spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply at least one resource",
        "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace")]
    public void A_flow_schema_is_refused_for(string spec, params string[] causes) =>
        Causes.AreOf<FlowSchema>($$"""{"metadata":{"name":"mine"},"spec":{ {{spec}} } }""", causes);

    [Theory]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"limitResponse\":{\"type\":\"Queue\",\"queuing\":{}}}")]
    [InlineData("\"type\":\"Exempt\"", "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'")]
    [InlineData("\"type\":\"Some\"", "spec.type: Unsupported value: \"Some\": supported values: \"Exempt\", \"Limited\"")]
    [InlineData("\"type\":\"Limited\"", "spec.limited: Required value: must not be empty when type is Limited")]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"nominalConcurrencyShares\":-1,\"lendablePercent\":101,\"borrowingLimitPercent\":-1,\"limitResponse\":{\"type\":\"Queue\"}}",
        "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
        "spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited",
        "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
        "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer")]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"limitResponse\":{\"type\":\"Queue\",\"queuing\":{\"queues\":4,\"handSize\":5}}}",
        "spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)")]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"limitResponse\":{\"type\":\"Queue\",\"queuing\":{\"queues\":512,\"handSize\":8}}}",
        "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60")]
    public void A_priority_level_is_refused_for(string spec, params string[] causes) =>
        Causes.AreOf<PriorityLevelConfiguration>($$"""{"metadata":{"name":"mine"},"spec":{ {{spec}} } }""", causes);

    [Fact]
    public async Task What_every_cluster_has_is_made_kept_and_valid()
    {
        var stop = TestContext.Current.CancellationToken;
        var api = new InProcessClient(new ApiVerbs(new InMemoryRevisionStore(), ServiceAllocationOptions.Default, null, TimeProvider.System, new Random(1)), "test");
        await FlowDefaults.EnsureAsync(api, stop);
        Assert.Equal(13, (await api.ListAsync<FlowSchema>(ListQuery.All, stop)).Items.Count);
        var levels = await api.ListAsync<PriorityLevelConfiguration>(ListQuery.All, stop);
        Assert.Equal(
            ["catch-all", "exempt", "global-default", "leader-election", "node-high", "system", "workload-high", "workload-low"],
            levels.Items.Select(level => level.Metadata.Name));

        // What was left as it should be is not written again, and an administrator's stays an administrator's.
        await FlowDefaults.EnsureAsync(api, stop);
        Assert.Equal(levels.Revision, (await api.ListAsync<PriorityLevelConfiguration>(ListQuery.All, stop)).Revision);

        var refused = await Assert.ThrowsAnyAsync<ApiException>(async () => await api.UpdateAsync(Changed(levels.Items.Single(l => l.Metadata.Name == "catch-all")), stop));
        Assert.EndsWith("spec of 'catch-all' must equal the fixed value", refused.Message, StringComparison.Ordinal);

        var system = levels.Items.Single(l => l.Metadata.Name == "system");
        system = await api.UpdateAsync(Changed(system), stop);
        await FlowDefaults.EnsureAsync(api, stop);
        Assert.Equal(30, (await api.FindAsync<PriorityLevelConfiguration>(new("", "system"), stop))!.Spec.Limited!.NominalConcurrencyShares);
        system = (await api.FindAsync<PriorityLevelConfiguration>(new("", "system"), stop))!;
        await api.UpdateAsync(
            Changed(system) with { Metadata = system.Metadata with { Annotations = ValueMap.Of(("apf.kubernetes.io/autoupdate-spec", "false")) } }, stop);
        await FlowDefaults.EnsureAsync(api, stop);
        Assert.Equal(7, (await api.FindAsync<PriorityLevelConfiguration>(new("", "system"), stop))!.Spec.Limited!.NominalConcurrencyShares);
    }

    private static PriorityLevelConfiguration Changed(PriorityLevelConfiguration level) =>
        level with { Spec = level.Spec with { Limited = level.Spec.Limited! with { NominalConcurrencyShares = 7 } } };
}
