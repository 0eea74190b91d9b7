using System.Text;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Node;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad bounds and classes, with the causes that Kubernetes gives.</summary>
public sealed class ClassValidationTests
{
    [Theory]
    [InlineData("""{"type":"Container","max":{"cpu":"1"},"min":{"cpu":"100m"},"maxLimitRequestRatio":{"cpu":"10"}}""")]
    [InlineData(
        """{"type":"Node"}""", """spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified""")]
    [InlineData(
        """{"type":"Pod","default":{"cpu":"1"},"defaultRequest":{"cpu":"1"}}""",
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
        "spec.limits[0].defaultRequest: Forbidden: may not be specified when `type` is 'Pod'")]
    [InlineData(
        """{"type":"PersistentVolumeClaim"}""",
        "spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided")]
    [InlineData(
        """{"type":"Pod","max":{"pods":"1"}}""",
        """spec.limits[0].max[pods]: Invalid value: "pods": must be a standard resource for containers""")]
    [InlineData(
        """{"type":"PersistentVolumeClaim","max":{"storage":"1Gi","foo":"1"}}""",
        """spec.limits[0].max[foo]: Invalid value: "foo": must be a standard resource type or fully qualified""")]
    [InlineData(
        """{"type":"Pod","max":{"cpu":"100m"},"min":{"cpu":"1"}}""",
        """spec.limits[0].min[cpu]: Invalid value: "1": min value 1 is greater than max value 100m""")]
    [InlineData(
        """{"type":"Container","max":{"cpu":"2"},"default":{"cpu":"3"},"defaultRequest":{"cpu":"1"}}""",
        """spec.limits[0].default[cpu]: Invalid value: "2": default value 3 is greater than max value 2""")]
    [InlineData(
        """{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"2"}}""",
        """spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1""")]
    [InlineData(
        """{"type":"Pod","max":{"cpu":"1"},"min":{"cpu":"500m"},"maxLimitRequestRatio":{"cpu":"3"}}""",
        """spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000""")]
    [InlineData(
        """{"type":"Container","maxLimitRequestRatio":{"cpu":"500m"}}""",
        """spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1""")]
    public void A_limit_range_is_refused_for(string item, params string[] causes) =>
        AssertCauses<LimitRange>($$$"""{"spec":{"limits":[{{{item}}}]}}""", causes);

    [Fact]
    public void A_type_is_bounded_once() => AssertCauses<LimitRange>(
        """{"spec":{"limits":[{"type":"Pod"},{"type":"Pod"}]}}""", """spec.limits[1].type: Duplicate value: "Pod" """);

    [Theory]
    [InlineData("""{"metadata":{"name":"high"},"value":1000000000}""")]
    [InlineData("""{"metadata":{"name":"system-node-critical"},"value":2000001000}""")]
    [InlineData(
        """{"metadata":{"name":"high"},"value":1000000001}""", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData(
        """{"metadata":{"name":"system-mine"},"value":1}""",
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class")]
    [InlineData(
        """{"metadata":{"name":"system-node-critical"},"value":1}""",
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000")]
    [InlineData(
        """{"metadata":{"name":"high"},"preemptionPolicy":"Often"}""",
        """preemptionPolicy: Unsupported value: "Often": supported values: "PreemptLowerPriority", "Never" """)]
    public void A_priority_class_is_refused_for(string manifest, params string[] causes) => AssertCauses<PriorityClass>(manifest, causes);

    [Fact]
    public void A_priority_stays_as_it_is()
    {
        var old = Read<PriorityClass>("""{"value":1}""");

        AssertText(
            ["value: Forbidden: may not be changed in an update.", """preemptionPolicy: Invalid value: "Never": field is immutable"""],
            Served.Strategy<PriorityClass>().ValidateUpdate(Read<PriorityClass>("""{"value":2,"preemptionPolicy":"Never"}"""), old));
    }

    [Theory]
    [InlineData("""{"handler":"kata","overhead":{"podFixed":{"cpu":"1"}},"scheduling":{"nodeSelector":{"a":"b"}}}""")]
    [InlineData(
        """{"handler":"a.b"}""",
        """handler: Invalid value: "a.b": must not contain dots""")]
    [InlineData(
        """{"handler":"a","overhead":{"podFixed":{"cpu":"-1"}}}""",
        """overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0""")]
    public void A_runtime_class_is_refused_for(string manifest, params string[] causes) => AssertCauses<RuntimeClass>(manifest, causes);

    [Fact]
    public void A_runtime_classs_handler_stays_as_it_is() => AssertText(
        ["""handler: Invalid value: "b": field is immutable"""],
        Served.Strategy<RuntimeClass>().ValidateUpdate(Read<RuntimeClass>("""{"handler":"b"}"""), Read<RuntimeClass>("""{"handler":"a"}""")));

    private static T Read<T>(string json) where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(json)));

    private static void AssertCauses<T>(string manifest, params string[] causes) where T : KubernetesObject =>
        AssertText(causes, Served.Strategy<T>().Validate(Read<T>(manifest)));

    private static void AssertText(string[] causes, IReadOnlyList<Coppice.ApiServer.Errors.FieldError> errors) =>
        Assert.Equal(causes.Select(c => c.TrimEnd()), errors.Select(e => e.ToString()));
}
