using System.Text;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad quotas, with the causes that Kubernetes gives.</summary>
public sealed class QuotaValidationTests
{
    [Theory]
    [InlineData("""{"hard":{"cpu":"1","requests.nvidia.com/gpu":"2","count/deployments.apps":"3","gold.storageclass.storage.k8s.io/requests.storage":"1Gi"}}""")]
    [InlineData("""{"hard":{"pods":"1"},"scopes":["BestEffort","NotTerminating"]}""")]
    [InlineData(
        """{"hard":{"foo":"1"}}""",
        """spec.hard[foo]: Invalid value: "foo": must be a standard resource type or fully qualified""",
        """spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota""")]
    [InlineData("""{"hard":{"pods":"1500m"}}""", """spec.hard[pods]: Invalid value: "1500m": must be an integer""")]
    [InlineData("""{"hard":{"cpu":"-1"}}""", """spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0""")]
    [InlineData("""{"hard":{"pods":"1"},"scopes":["Small"]}""", """spec.scopes: Invalid value: ["Small"]: unsupported scope""")]
    [InlineData(
        """{"hard":{"cpu":"1"},"scopes":["BestEffort"]}""",
        """spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource""")]
    [InlineData(
        """{"hard":{"pods":"1"},"scopes":["Terminating","NotTerminating"]}""",
        """spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes""")]
    [InlineData(
        """{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In"}]}}""",
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
    [InlineData(
        """{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"Like"}]}}""",
        """spec.scopeSelector.matchExpressions.operator: Invalid value: "Like": not a valid selector operator""")]
    [InlineData(
        """{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"BestEffort","operator":"DoesNotExist"}]}}""",
        """spec.scopeSelector.matchExpressions.operator: Invalid value: "DoesNotExist": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity""")]
    public void A_quota_is_refused_for(string spec, params string[] causes) =>
        Assert.Equal(causes, Served.Strategy<ResourceQuota>().Validate(Read(spec)).Select(error => error.ToString()));

    [Fact]
    public void Scopes_stay_as_they_are() => Assert.Equal(
        ["""spec.scopes: Invalid value: ["BestEffort"]: field is immutable"""],
        Served.Strategy<ResourceQuota>()
            .ValidateUpdate(Read("""{"hard":{"pods":"1"},"scopes":["BestEffort"]}"""), Read("""{"hard":{"pods":"1"}}"""))
            .Select(error => error.ToString()));

    private static ResourceQuota Read(string spec) => ApiJson.Read<ResourceQuota>(Encoding.UTF8.GetBytes($$"""{"spec":{{spec}}}"""));
}
