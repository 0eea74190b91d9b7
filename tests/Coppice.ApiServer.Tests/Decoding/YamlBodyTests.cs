using System.Text;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Decoding;

public sealed class YamlBodyTests
{
    [Fact]
    public void A_manifest_in_YAML_becomes_the_object()
    {
        var decoded = Decode<Pod>("""
            # a comment
            apiVersion: v1
            kind: Pod
            metadata: {name: p, labels: {version: "1.0", on: "yes"}}
            spec:
              hostNetwork: yes
              terminationGracePeriodSeconds: 0x10
              containers:
              - name: a
                command: [sh, -c, "echo hi"]
                resources: &r {limits: {cpu: 0.5, memory: 64Mi}}
              - name: b
                resources: *r
            ---
            ignored: true
            """);
        var pod = (Pod)decoded.Item;
        Assert.True(pod.Spec.HostNetwork);
        Assert.Equal(16, pod.Spec.TerminationGracePeriodSeconds);
        Assert.Equal("500m", pod.Spec.Containers[1].Resources.Limits["cpu"].ToString());
        Assert.Equal(ValueMap.Of(("version", "1.0"), ("on", "yes")), pod.Metadata.Labels);
    }

    [Theory]
    [InlineData("a: \u0001", "error converting YAML to JSON: yaml: control characters are not allowed")]
    [InlineData(":\0{\n\u0001", "error converting YAML to JSON: yaml: control characters are not allowed")]
    public void Control_characters_are_refused(string yaml, string message) =>
        Assert.Equal(message, YamlBody.ToJson(Encoding.UTF8.GetBytes(yaml)).Error);

    [Fact]
    public void Keys_that_are_set_twice_are_told_with_their_lines()
    {
        const string Yaml = """
            apiVersion: v1
            kind: Pod
            spec:
              hostname: a
              hostname: b
              unknown: 1
            """;
        var error = Assert.Throws<ApiError>(() => Decode<Pod>(Yaml));
        Assert.Equal(
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: yaml: unmarshal errors:\n"
            + "  line 5: key \"hostname\" already set in map, unknown field \"spec.unknown\"",
            error.Status.Message);
        var warned = Decode<Pod>(Yaml, FieldValidation.Warn);
        Assert.Equal(["line 5: key \"hostname\" already set in map", "unknown field \"spec.unknown\""], warned.Warnings);
        Assert.Equal("b", ((Pod)warned.Item).Spec.Hostname);
    }

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("excessive aliasing", Assert.Throws<ApiError>(() => Decode<Pod>(bomb.ToString())).Message);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: *nothing")]
    [InlineData("? [a]\n: b")]
    public void What_is_no_YAML_is_refused(string yaml) =>
        Assert.StartsWith("the object provided is unrecognized (must be of type Pod)", Assert.Throws<ApiError>(() => Decode<Pod>(yaml)).Message);

    private static DecodedObject Decode<T>(string yaml, FieldValidation mode = FieldValidation.Strict)
        where T : KubernetesObject => ObjectDecoder.DecodeYaml(Encoding.UTF8.GetBytes(yaml), BuiltInKinds.Of<T>(), mode);
}
