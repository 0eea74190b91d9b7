using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;
using Older = Coppice.Objects.Autoscaling.HorizontalPodAutoscaler;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad autoscalers, with the causes that Kubernetes gives.</summary>
public sealed class AutoscalerValidationTests
{
    private const string Target = "\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"web\",\"apiVersion\":\"apps/v1\"}";

    [Theory]
    [InlineData("\"maxReplicas\":3")]
    [InlineData("\"maxReplicas\":0", "spec.maxReplicas: Invalid value: 0: must be greater than 0", "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`")]
    [InlineData("\"maxReplicas\":2,\"minReplicas\":3", "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`")]
    [InlineData(
        "\"maxReplicas\":2,\"minReplicas\":0",
        "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
        "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas")]
    public void Its_bounds_are_checked(string spec, params string[] causes) =>
        Causes.AreOf<HorizontalPodAutoscaler>($$$"""{"spec":{{{{Target}}},{{{spec}}}}}""", causes);

    [Theory]
    [InlineData("""{"kind":"ReplicationController","name":"web","apiVersion":"v1"}""")]
    [InlineData("""{"apiVersion":"apps/v1"}""", "spec.scaleTargetRef.kind: Required value", "spec.scaleTargetRef.name: Required value")]
    [InlineData("""{"kind":"a/b","name":"%","apiVersion":"apps/v1"}""", "spec.scaleTargetRef.kind: Invalid value: \"a/b\": may not contain '/'", "spec.scaleTargetRef.name: Invalid value: \"%\": may not contain '%'")]
    [InlineData("""{"kind":"Deployment","name":"web"}""", "spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API group")]
    [InlineData("""{"kind":"Deployment","name":"web","apiVersion":"v1"}""", "spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify API group")]
    [InlineData("""{"kind":"Deployment","name":"web","apiVersion":"a/b/c"}""", "spec.scaleTargetRef.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c")]
    public void What_it_scales_is_named(string target, params string[] causes) =>
        Causes.AreOf<HorizontalPodAutoscaler>($$$"""{"spec":{"scaleTargetRef":{{{target}}},"maxReplicas":3}}""", causes);

    [Fact]
    public void A_target_that_it_has_already_is_not_refused_for_its_version() => Causes.AreOfUpdate<HorizontalPodAutoscaler>(
        """{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"new"},"maxReplicas":3}}""",
        """{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"maxReplicas":2}}""");

    [Theory]
    [InlineData("""{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}""")]
    [InlineData("""{"type":"ContainerResource","containerResource":{"name":"memory","container":"c","target":{"type":"AverageValue","averageValue":"1Gi"}}}""")]
    [InlineData(
        """{}""",
        "type: Required value: must specify a metric source type",
        "type: Unsupported value: \"\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
        "type: Unsupported value: \"\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"")]
    [InlineData("""{"type":"Resource"}""", "resource: Required value: must populate information for the given metric source")]
    [InlineData(
        """{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":0}},"pods":{}}""",
        "pods.metric.name: Required value: must specify a metric name",
        "pods.target.type: Required value: must specify a metric target type",
        "pods.target.type: Invalid value: \"\": must be either Utilization, Value, or AverageValue",
        "pods.target.averageValue: Required value: must specify a positive target averageValue",
        "pods: Forbidden: must populate the given metric source only")]
    [InlineData(
        """{"type":"Resource","resource":{"target":{"type":"Utilization","averageUtilization":0,"averageValue":"0"}}}""",
        "resource.name: Required value: must specify a resource name",
        "resource.target.averageValue: Invalid value: \"0\": must be positive",
        "resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
        "resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization")]
    [InlineData(
        """{"type":"ContainerResource","containerResource":{"name":"gpu","target":{"type":"Utilization"}}}""",
        "containerResource.name: Invalid value: \"gpu\": must be a standard resource for containers",
        "containerResource.container: Required value: must specify a container",
        "containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization")]
    [InlineData(
        """{"type":"Object","object":{"describedObject":{"kind":"Ingress","name":"i"},"metric":{"name":"a/b"},"target":{"type":"Value"}}}""",
        "object.metric.name: Invalid value: \"a/b\": may not contain '/'",
        "object.target.averageValue: Required value: must set either a target value or averageValue")]
    [InlineData(
        """{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"Value","value":1,"averageValue":1}}}""",
        "external.target.value: Forbidden: may not set both a target value for metric and a per-pod target")]
    [InlineData(
        """{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"Value"}}}""",
        "external.target.averageValue: Required value: must set either a target value for metric or a per-pod target")]
    public void What_it_goes_by_is_checked(string metric, params string[] causes) => Causes.AreOf<HorizontalPodAutoscaler>(
        $$$"""{"spec":{{{{Target}}},"maxReplicas":3,"metrics":[{{{metric}}}]}}""", [.. causes.Select(cause => $"spec.metrics[0].{cause}")]);

    [Theory]
    [InlineData("""{"tolerance":"50m"}""")]
    [InlineData("""{"stabilizationWindowSeconds":-1}""", "stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero")]
    [InlineData("""{"stabilizationWindowSeconds":3601}""", "stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600")]
    [InlineData("""{"selectPolicy":"Any"}""", "selectPolicy: Unsupported value: \"Any\": supported values: \"Disabled\", \"Max\", \"Min\"")]
    [InlineData(
        """{"policies":[{"type":"Nodes","value":0,"periodSeconds":0},{"type":"Pods","value":1,"periodSeconds":1801}]}""",
        "policies[0].type: Unsupported value: \"Nodes\": supported values: \"Percent\", \"Pods\"",
        "policies[0].value: Invalid value: 0: must be greater than zero",
        "policies[0].periodSeconds: Invalid value: 0: must be greater than zero",
        "policies[1].periodSeconds: Invalid value: 1801: must be less than or equal to 1800")]
    [InlineData("""{"tolerance":"-1"}""", "tolerance: Invalid value: \"-1\": must be greater than or equal to 0")]
    public void How_fast_it_may_be_is_checked(string rules, params string[] causes) => Causes.AreOf<HorizontalPodAutoscaler>(
        $$$$"""{"spec":{ {{{{Target}}}},"maxReplicas":3,"behavior":{"scaleDown":{{{{rules}}}} }}}""", [.. causes.Select(cause => $"spec.behavior.scaleDown.{cause}")]);

    [Fact]
    public void The_older_version_is_refused_in_the_words_of_the_newer_one() => Causes.AreOf<Older>(
        $$$"""{"spec":{{{{Target}}},"maxReplicas":3,"targetCPUUtilizationPercentage":0}}""",
        "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0");

    [Fact]
    public void Numbers_of_its_status_are_not_negative() => Causes.AreOfStatus<HorizontalPodAutoscaler>(
        """{"status":{"currentReplicas":-1,"desiredReplicas":-2}}""",
        "{}",
        "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0",
        "status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0");

    [Fact]
    public void What_is_not_said_is_as_in_kubernetes()
    {
        var item = Causes.Read<HorizontalPodAutoscaler>($$$$"""{"spec":{ {{{{Target}}}},"maxReplicas":3,"behavior":{"scaleUp":{"selectPolicy":"Min"} } } }""");

        Assert.Equal(1, item.Spec.MinReplicas);
        Assert.Equal(80, item.Spec.Metrics.Single().Resource!.Target.AverageUtilization);
        Assert.Equal(
            """{"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Min","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},"scaleDown":{"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}}""",
            System.Text.Encoding.UTF8.GetString(ApiJson.Write(item.Spec.Behavior)));
    }
}
