using System.Text;
using Coppice.Objects;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad budgets, with the causes that Kubernetes gives.</summary>
public sealed class BudgetValidationTests
{
    [Theory]
    [InlineData("""{"selector":{"matchLabels":{"a":"b"}},"minAvailable":"50%"}""")]
    [InlineData("""{"minAvailable":1,"maxUnavailable":1}""", """spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set""")]
    [InlineData("""{"maxUnavailable":-1}""", "spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"minAvailable":"101%"}""", """spec.minAvailable: Invalid value: "101%": must not be greater than 100%""")]
    [InlineData(
        """{"unhealthyPodEvictionPolicy":"Never"}""",
        """spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget" """)]
    public void A_budget_is_refused_for(string spec, params string[] causes) =>
        Assert.Equal(
            causes.Select(cause => cause.TrimEnd()),
            Served.Strategy<PodDisruptionBudget>()
                .Validate(ApiJson.Read<PodDisruptionBudget>(Encoding.UTF8.GetBytes($$"""{"spec":{{spec}}}""")))
                .Select(error => error.ToString()));
}
