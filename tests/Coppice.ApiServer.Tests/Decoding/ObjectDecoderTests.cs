using System.Text;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tests.Decoding;

public sealed class ObjectDecoderTests
{
    private static readonly string Misspelled = Manifests.Deployment
        .Replace("\"containers\"", "\"conainters\"", StringComparison.Ordinal)
        .Replace("\"replicas\": 2", "\"replicas\": 2, \"replicas\": 3", StringComparison.Ordinal);

    [Fact]
    public void A_good_manifest_becomes_the_object()
    {
        var decoded = Manifests.Decode<Deployment>(Manifests.Deployment);
        var deployment = Assert.IsType<Deployment>(decoded.Item);
        Assert.Empty(decoded.Warnings);
        Assert.Equal(2, deployment.Spec.Replicas);
        var container = Assert.Single(deployment.Spec.Template.Spec.Containers);
        Assert.Equal("500m", container.Resources.Limits["cpu"].ToString());
        Assert.Equal("http", container.LivenessProbe!.HttpGet!.Port.Text);
    }

    [Fact]
    public void Unknown_and_duplicate_fields_are_refused_warned_of_or_dropped_as_asked()
    {
        Assert.Equal(
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
            + "duplicate field \"spec.replicas\", unknown field \"spec.template.spec.conainters\"",
            Manifests.Refusal<Deployment>(Misspelled));
        Assert.Equal(
            ["duplicate field \"spec.replicas\"", "unknown field \"spec.template.spec.conainters\""],
            Manifests.Decode<Deployment>(Misspelled, FieldValidation.Warn).Warnings);
        var ignored = Manifests.Decode<Deployment>(Misspelled, FieldValidation.Ignore);
        Assert.Empty(ignored.Warnings);
        Assert.Equal(3, ((Deployment)ignored.Item).Spec.Replicas);
    }

    [Theory]
    [InlineData("""{"containers":[{"name":"a","foo":{"bar":[1,2]}}]}""", "unknown field \"spec.containers[0].foo\"")]
    [InlineData("""{"containers":[{},{"Name":"a"}]}""", "unknown field \"spec.containers[1].Name\"")]
    [InlineData("""{"nodeSelector":{"a":"1","a":"2"}}""", "duplicate field \"spec.nodeSelector.a\"")]
    [InlineData("""{"hostNetwork":true,"hostNetwork":true,"hostNetwork":true}""", "duplicate field \"spec.hostNetwork\"")]
    public void Strict_errors_name_the_place(string spec, string error) =>
        Assert.EndsWith($"strict decoding error: {error}", Manifests.Refusal<Pod>(Manifests.Pod(spec)));

    [Theory]
    [InlineData("""{"containers":[{"ports":[{"containerPort":"80"}]}]}""", "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32")]
    [InlineData("""{"containers":[{"ports":[{"containerPort":3000000000}]}]}""", "json: cannot unmarshal number 3000000000 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32")]
    [InlineData("""{"terminationGracePeriodSeconds":1.5}""", "json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64")]
    [InlineData("""{"containers":{"name":"a"}}""", "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container")]
    [InlineData("""{"containers":["a"]}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container")]
    [InlineData("""{"nodeSelector":{"a":1}}""", "json: cannot unmarshal number into Go struct field PodSpec.spec.nodeSelector of type string")]
    [InlineData("""{"nodeSelector":"a"}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.nodeSelector of type map[string]string")]
    [InlineData("""{"hostNetwork":"yes"}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool")]
    [InlineData("""{"containers":[{"resources":{"limits":{"cpu":"a lot"}}}]}""", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("""{"containers":[{"resources":{"limits":{"memory":"64mi"}}}]}""", "unable to parse quantity's suffix")]
    [InlineData("""{"containers":[{"resources":{"limits":{"memory":true}}}]}""", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("""{"containers":[{"livenessProbe":{"httpGet":{"port":true}}}]}""", "json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.httpGet.port of type int32")]
    public void A_value_of_the_wrong_type_is_refused_in_any_mode(string spec, string error)
    {
        var expected = $"Pod in version \"v1\" cannot be handled as a Pod: {error}";
        Assert.Equal(expected, Manifests.Refusal<Pod>(Manifests.Pod(spec)));
        Assert.Equal(expected, Manifests.Refusal<Pod>(Manifests.Pod(spec), FieldValidation.Ignore));
    }

    [Theory]
    [InlineData("yesterday", "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")]
    [InlineData("2024-13-01T00:00:00Z", "parsing time \"2024-13-01T00:00:00Z\": month out of range")]
    [InlineData("2024-02-30T00:00:00Z", "parsing time \"2024-02-30T00:00:00Z\": day out of range")]
    [InlineData("2024-01-01T00:00:00", "parsing time \"2024-01-01T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\"")]
    [InlineData("2024-01-01T00:00:00Z!", "parsing time \"2024-01-01T00:00:00Z!\": extra text: \"!\"")]
    public void A_time_that_is_none_is_refused(string time, string error) => Assert.Equal(
        $"ConfigMap in version \"v1\" cannot be handled as a ConfigMap: {error}",
        Manifests.Refusal<ConfigMap>($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"creationTimestamp":"{{time}}" } }"""));

    [Theory]
    [InlineData("hello", 4)]
    [InlineData("aGk", 0)]
    [InlineData("a!==", 1)]
    [InlineData("aGVsbG8=x", 8)]
    [InlineData("aGVsbA=", 7)]
    public void Base64_that_is_none_is_refused(string data, int at) => Assert.Equal(
        $"Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte {at}",
        Manifests.Refusal<Secret>($$"""{"apiVersion":"v1","kind":"Secret","data":{"key":"{{data}}" } }"""));

    [Theory]
    [InlineData("", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    [InlineData("{\"kind\":\"Pod\"", "couldn't get version/kind; json parse error: unexpected end of JSON input ({\"kind\":\"Pod\")")]
    [InlineData("{\"kind\":\"Pod\",}", "couldn't get version/kind; json parse error: invalid character '}' looking for beginning of object key string ({\"kind\":\"Pod\",})")]
    [InlineData("{\"kind\" \"Pod\"}", "couldn't get version/kind; json parse error: invalid character '\"' ")]
    [InlineData("hi", "couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value (6869)")]
    [InlineData("{} {}", "couldn't get version/kind; json parse error: invalid character '{' after top-level value ({} {})")]
    public void What_is_no_JSON_is_refused(string body, string error) =>
        Assert.StartsWith($"the object provided is unrecognized (must be of type Pod): {error}", Manifests.Refusal<Pod>(body));

    [Fact]
    public void What_is_no_object_is_refused() => Assert.Equal(
        """the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (5b315d)""",
        Manifests.Refusal<Pod>("[1]"));

    [Theory]
    [InlineData("""{"kind":5}""", "number into Go struct field .kind of type string ({\"kind\":5})")]
    [InlineData("""{"apiVersion":true,"kind":{}}""", "bool into Go struct field .apiVersion of type string ({\"apiVersion\":true,\"kind\":{}})")]
    public void A_kind_that_is_no_text_is_none(string body, string error) => Assert.Equal(
        $"the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal {error}", Manifests.Refusal<Pod>(body));

    [Fact]
    public void Another_kind_or_version_than_the_door_takes_is_refused()
    {
        Assert.Equal(
            "ConfigMap in version \"v1\" cannot be handled as a Pod: converting (v1.ConfigMap) to (core.Pod): unknown conversion",
            Manifests.Refusal<Pod>("""{"apiVersion":"v1","kind":"ConfigMap"}"""));
        Assert.Equal(
            "Pot in version \"v1\" cannot be handled as a Pod: no kind \"Pot\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
            Manifests.Refusal<Pod>("""{"apiVersion":"v1","kind":"Pot"}"""));
        Assert.Equal(
            "Pot in version \"v1\" cannot be handled as a CustomResourceDefinition: no kind \"Pot\" is registered for version \"v1\"",
            Manifests.Refusal<CustomResourceDefinition>("""{"apiVersion":"v1","kind":"Pot"}"""));
        Assert.Equal(
            "the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)",
            Manifests.Refusal<Deployment>("""{"apiVersion":"apps/v1beta1","kind":"Deployment"}"""));
    }

    [Fact]
    public void Kind_and_version_are_taken_from_the_door_if_the_body_has_none()
    {
        var item = Manifests.Decode<Deployment>("""{"metadata":{"name":"web"}}""").Item;
        Assert.Equal(("apps/v1", "Deployment", "web"), (item.ApiVersion, item.Kind, item.Metadata.Name));
    }

    [Fact]
    public void Null_is_read_as_absent_wherever_it_stands()
    {
        var pod = (Pod)Manifests.Decode<Pod>(Manifests.Pod(
            """
            {"hostNetwork":null,"terminationGracePeriodSeconds":null,"nodeSelector":{"a":null,"b":"c"},"volumes":null,
             "containers":[{"name":null,"args":[null,""],"stdin":null,"ports":[{"containerPort":null}],"livenessProbe":{"initialDelaySeconds":null},
             "resources":{"limits":{"cpu":null}}}],"securityContext":null}
            """)).Item;
        Assert.False(pod.Spec.HostNetwork);
        Assert.Equal(ValueMap.Of(("a", ""), ("b", "c")), pod.Spec.NodeSelector);
        var container = Assert.Single(pod.Spec.Containers);
        Assert.Equal(["", ""], container.Args.ToArray());
        Assert.Equal(0, Assert.Single(container.Ports).ContainerPortValue);
        Assert.True(container.Resources.Limits["cpu"].IsZero);
    }

    [Fact]
    public void Half_a_character_is_no_crash()
    {
        var body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\ud800"},"data":{"\udc00":"\ud800"}}""";
        Assert.StartsWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ", Manifests.Refusal<ConfigMap>(body));
    }

    [Fact]
    public void A_patched_object_that_does_not_fit_is_invalid()
    {
        var error = Assert.Throws<ApiError>(() => ObjectDecoder.DecodePatched(
            """{"spec":{"replicas":"many"}}"""u8.ToArray(), BuiltInKinds.Of<Deployment>(), FieldValidation.Strict, []));
        Assert.Equal(422, error.Code);
        Assert.EndsWith("json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32", error.Status.Message);
        var unknown = Assert.Throws<ApiError>(() => ObjectDecoder.DecodePatched(
            """{"spec":{"replikas":1}}"""u8.ToArray(), BuiltInKinds.Of<Deployment>(), FieldValidation.Strict, ["duplicate field \"spec\""]));
        Assert.Equal(422, unknown.Code);
        Assert.EndsWith("strict decoding error: duplicate field \"spec\", unknown field \"spec.replikas\"", unknown.Status.Message);
    }

    [Fact]
    public void Delete_options_are_read_whatever_their_version()
    {
        var options = ObjectDecoder.DecodeOptions<DeleteOptions>(
            """{"kind":"DeleteOptions","apiVersion":"apps/v1","propagationPolicy":"Background","gracePeriodSeconds":0,"x":1}"""u8.ToArray());
        Assert.Equal(("Background", 0L), (options.PropagationPolicy, options.GracePeriodSeconds));
    }

    [Theory]
    [InlineData("""{"kind":"Pod","apiVersion":"v1"}""", "no kind \"Pod\" is registered for version \"v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")]
    [InlineData("""{"kind":"fixed"}""", "no kind \"fixed\" is registered for version \"meta.k8s.io/v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")]
    [InlineData("""{"apiVersion":"a/b/c"}""", "unexpected GroupVersion string: a/b/c")]
    [InlineData("""{"kind":true}""", "couldn't get version/kind; json parse error: json: cannot unmarshal bool into Go struct field .kind of type string")]
    [InlineData("""{"kind":""", "couldn't get version/kind; json parse error: unexpected end of JSON input")]
    [InlineData("""{"gracePeriodSeconds":"1"}""", "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64")]
    [InlineData("""{"kind":"DeleteOptions","apiVersion":"v1","dryRun":"All"}""", "json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string")]
    public void What_are_no_delete_options_is_refused(string body, string message)
    {
        var refused = Assert.Throws<ApiError>(() => ObjectDecoder.DecodeOptions<DeleteOptions>(Encoding.UTF8.GetBytes(body)));
        Assert.Equal((400, message), (refused.Code, refused.Message));
    }

    [Fact]
    public void Wide_and_deep_bodies_stay_cheap_and_safe()
    {
        var many = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":1"));
        var warnings = Manifests.Decode<Pod>($$"""{"apiVersion":"v1","kind":"Pod","spec":{ {{many}} } }""", FieldValidation.Warn).Warnings;
        Assert.Equal(100, warnings.Count);
        var deep = new string('[', 100_000);
        Assert.Contains("exceeded max depth", Manifests.Refusal<Pod>(deep));
        Assert.Contains("exceeded max depth", Assert.Throws<ApiError>(
            () => ObjectDecoder.DecodeYaml(Encoding.UTF8.GetBytes(deep), BuiltInKinds.Of<Pod>(), FieldValidation.Strict)).Message);
    }
}
