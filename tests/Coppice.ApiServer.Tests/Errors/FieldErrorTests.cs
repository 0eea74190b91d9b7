using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tests.Errors;

public sealed class FieldErrorTests
{
    private static readonly FieldPath Container = FieldPath.Of("spec", "containers").Index(0);

    [Fact]
    public void Each_kind_of_error_reads_as_in_Kubernetes()
    {
        string[] texts =
        [
            FieldError.Required(FieldPath.Of("spec", "containers")).ToString(),
            FieldError.Required(Container.Child("name"), "must have a name").ToString(),
            FieldError.Invalid(FieldPath.Of("spec", "replicas"), -1, "must be greater than or equal to 0").ToString(),
            FieldError.Invalid(Container.Child("name"), "A\"b", "a lowercase RFC 1123 label").ToString(),
            FieldError.NotSupported(Container.Child("imagePullPolicy"), "Sometimes", "Always", "Never").ToString(),
            FieldError.Duplicate(Container.Child("ports").Index(1).Child("name"), "http").ToString(),
            FieldError.Forbidden(FieldPath.Of("spec"), "pod updates may not change fields").ToString(),
            FieldError.TooLong(FieldPath.Of("metadata", "labels").Key("app.io/name"), 63).ToString(),
            FieldError.NotFound(FieldPath.Of("spec", "volumes"), null).ToString(),
            FieldError.Invalid(FieldPath.Of("spec", "selector"), new LabelSelector { MatchLabels = ValueMap.Of(("a", "b")) }, "field is immutable").ToString(),
        ];
        Assert.Equal(
            [
                "spec.containers: Required value",
                "spec.containers[0].name: Required value: must have a name",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.containers[0].name: Invalid value: \"A\\\"b\": a lowercase RFC 1123 label",
                "spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\"",
                "spec.containers[0].ports[1].name: Duplicate value: \"http\"",
                "spec: Forbidden: pod updates may not change fields",
                "metadata.labels[app.io/name]: Too long: may not be more than 63 bytes",
                "spec.volumes: Not found: \"null\"",
                "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\"}}: field is immutable",
            ],
            texts);
    }

    [Fact]
    public void What_is_empty_is_not_said()
    {
        Assert.Equal((null, "configmaps", "web"), Said(ApiErrors.NotFound(BuiltInKinds.Of<ConfigMap>(), "web")));
        Assert.Equal((null, "ConfigMap", null), Said(ApiErrors.Invalid(BuiltInKinds.Of<ConfigMap>(), "", FieldError.Required(FieldPath.Of("metadata", "name")))));
        Assert.Equal(("apps", "deployments", "web"), Said(ApiErrors.NotFound(BuiltInKinds.Of<Deployment>(), "web")));

        static (string?, string?, string?) Said(ApiError error) => (error.Status.Details!.Group, error.Status.Details.Kind, error.Status.Details.Name);
    }

    [Fact]
    public void An_invalid_object_names_every_field_and_its_cause()
    {
        var error = ApiErrors.Invalid(
            BuiltInKinds.Of<Deployment>(),
            "web",
            FieldError.Required(FieldPath.Of("spec", "selector")),
            FieldError.Invalid(FieldPath.Of("spec", "replicas"), -1, "must be greater than or equal to 0"));

        Assert.Equal(
            "Deployment.apps \"web\" is invalid: [spec.selector: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]",
            error.Status.Message);
        Assert.Equal(422, error.Code);
        Assert.Equal("Invalid", error.Reason);
        Assert.Equal(("apps", "Deployment", "web"), (error.Status.Details!.Group, error.Status.Details.Kind, error.Status.Details.Name));
        Assert.Equal(
            [
                new ApiStatusCause { Reason = "FieldValueRequired", Message = "Required value", Field = "spec.selector" },
                new ApiStatusCause
                {
                    Reason = "FieldValueInvalid",
                    Message = "Invalid value: -1: must be greater than or equal to 0",
                    Field = "spec.replicas",
                },
            ],
            error.Status.Details.Causes.ToArray());
    }

    [Fact]
    public void Refusals_read_as_in_Kubernetes()
    {
        GroupResource pods = BuiltInKinds.Of<Pod>();
        GroupResource deployments = BuiltInKinds.Of<Deployment>();
        Assert.Equal("pods \"x\" not found", ApiErrors.NotFound(pods, "x").Message);
        Assert.Equal("deployments.apps \"x\" already exists", ApiErrors.AlreadyExists(deployments, "x").Message);
        Assert.Equal(
            "Operation cannot be fulfilled on pods \"x\": the object has been modified; please apply your changes to the latest version and try again",
            ApiErrors.Conflict(pods, "x").Message);
        Assert.Equal(
            "pods \"x\" is forbidden: User \"jane\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"",
            ApiErrors.Forbidden("jane", "get", pods, "log", ("default", "x")).Message);
        Assert.Equal(
            "deployments.apps is forbidden: User \"jane\" cannot list resource \"deployments\" in API group \"apps\" at the cluster scope",
            ApiErrors.Forbidden("jane", "list", deployments, null, (null, "")).Message);
        Assert.Equal("forbidden: User \"jane\" cannot get path \"/metrics\"", ApiErrors.ForbiddenPath("jane", "get", "/metrics").Message);
        Assert.Equal("Request entity too large: limit is 3145728", ApiErrors.RequestEntityTooLarge(3145728).Message);
        Assert.Equal("too old resource version: 3 (9)", ApiErrors.TooOldResourceVersion(3, 9).Message);
        Assert.Equal("Pod \"x\" is invalid: spec.containers: Required value",
            ApiErrors.Invalid(BuiltInKinds.Of<Pod>(), "x", FieldError.Required(FieldPath.Of("spec", "containers"))).Message);
    }
}
