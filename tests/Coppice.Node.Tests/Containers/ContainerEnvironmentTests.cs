using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Containers;

public sealed class ContainerEnvironmentTests
{
    private static readonly PodFacts Facts = new(
        "node-1", ["192.168.0.1"], ["10.244.0.5", "fd00::5"],
        new ValueMap<Quantity>([new("cpu", Quantity.Parse("2")), new("memory", Quantity.Parse("4Gi"))]));

    private readonly Dictionary<string, ConfigMap> _maps = [];
    private readonly Dictionary<string, Secret> _secrets = [];
    private readonly List<Service> _services = [];
    private readonly Dictionary<(string Volume, string Path), string?> _files = [];

    [Theory]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(B)", "x1y2")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$(C) $(A", "$(C) $(A")]
    [InlineData("$A $", "$A $")]
    public void Names_in_brackets_become_values(string text, string expanded) =>
        Assert.Equal(expanded, VariableExpansion.Expand(text, name => name switch { "A" => "1", "B" => "2", _ => null }));

    [Fact]
    public async Task Later_sources_win_and_each_may_use_the_ones_before()
    {
        _maps["settings"] = Given.Read<ConfigMap>("""{"data":{"COLOR":"red","SIZE":"small"}}""");
        _secrets["keys"] = Given.Read<Secret>("""{"data":{"token":"aGVsbG8="}}""");
        var env = await EnvironmentAsync("""
            "envFrom":[{"configMapRef":{"name":"settings"}},{"prefix":"K_","secretRef":{"name":"keys"}},{"configMapRef":{"name":"none","optional":true}}],
            "env":[{"name":"SIZE","value":"big"},{"name":"TEXT","value":"$(SIZE) $(COLOR) $(K_token) $(NONE)"},
                   {"name":"MISSING","valueFrom":{"configMapKeyRef":{"name":"settings","key":"x","optional":true}}}]
            """);
        Assert.Equal("red", env["COLOR"]);
        Assert.Equal("big red hello $(NONE)", env["TEXT"]);
        Assert.False(env.ContainsKey("MISSING"));
    }

    [Theory]
    [InlineData("metadata.name", "web")]
    [InlineData("metadata.labels['app']", "web")]
    [InlineData("metadata.annotations['note']", "say \"hi\"")]
    [InlineData("metadata.annotations", "note=\"say \\\"hi\\\"\"")]
    [InlineData("status.podIPs", "10.244.0.5,fd00::5")]
    [InlineData("status.hostIP", "192.168.0.1")]
    [InlineData("spec.serviceAccountName", "default")]
    public async Task A_pods_fields_can_be_shown(string path, string value) =>
        Assert.Equal(value, (await EnvironmentAsync($$$"""
            "env":[{"name":"F","valueFrom":{"fieldRef":{"fieldPath":"{{{path}}}"} } }]
            """))["F"]);

    [Theory]
    [InlineData("requests.cpu", "1m", "250")]
    [InlineData("requests.cpu", "1", "1")]
    [InlineData("limits.memory", "1Mi", "64")]
    [InlineData("limits.cpu", "1", "2")]
    public async Task A_containers_resources_can_be_shown_and_the_nodes_stand_in_for_limits(string resource, string divisor, string value) =>
        Assert.Equal(value, (await EnvironmentAsync($$$"""
            "resources":{"requests":{"cpu":"250m"},"limits":{"memory":"64Mi"}},
            "env":[{"name":"R","valueFrom":{"resourceFieldRef":{"resource":"{{{resource}}}","divisor":"{{{divisor}}}"} } }]
            """))["R"]);

    [Theory]
    [InlineData("limits.memory", "64")]
    [InlineData("limits.cpu", "3")]
    [InlineData("limits.ephemeral-storage", "7")]
    public void The_limits_of_the_pod_as_a_whole_stand_in_for_those_of_a_container_before_the_nodes(string resource, string value)
    {
        var pod = Given.Pod("""{"resources":{"limits":{"cpu":"3","memory":"1Gi","ephemeral-storage":"1"}},"containers":[{"name":"main","resources":{"limits":{"memory":"64"}}}]}""");
        var facts = new PodFacts("node-1", [], [], ValueMap.Of(("cpu", Quantity.Parse("8")), ("memory", Quantity.Parse("2Gi")), ("ephemeral-storage", Quantity.Parse("7"))));
        Assert.Equal(value, PodFields.Resource(pod, pod.Spec.Containers[0], new ResourceFieldSelector { Resource = resource }, facts));
    }

    [Theory]
    [InlineData("""{"configMapKeyRef":{"name":"no","key":"k"}}""", "configmap \"no\" not found")]
    [InlineData("""{"configMapKeyRef":{"name":"settings","key":"k"}}""", "couldn't find key k in ConfigMap shop/settings")]
    [InlineData("""{"secretKeyRef":{"name":"no","key":"k"}}""", "secret \"no\" not found")]
    [InlineData("""{"secretKeyRef":{"name":"keys","key":"k"}}""", "couldn't find key k in Secret shop/keys")]
    public async Task What_is_missing_is_said_in_Kubernetes_words(string source, string message)
    {
        _maps["settings"] = new ConfigMap();
        _secrets["keys"] = new Secret();
        var failed = await Assert.ThrowsAsync<ContainerConfigException>(() => EnvironmentAsync($$"""
            "env":[{"name":"X","valueFrom":{{source}}}]
            """));
        Assert.Equal(message, failed.Message);
    }

    [Theory]
    [InlineData("A='1'", "A", false, "1")]
    [InlineData("A='1'", "B", true, null)]
    [InlineData(null, "A", true, null)]
    [InlineData("A='1'", "B", false, "environment variable key \"B\" not found in file")]
    [InlineData("A=1", "A", true, "couldn't parse env file")]
    [InlineData(null, "A", false, "couldn't parse env file")]
    public async Task A_variable_comes_from_a_file_that_another_container_left(string? file, string key, bool isOptional, string? expected)
    {
        _files[("shared", "app.env")] = file;
        var env = EnvironmentAsync("""
            "env":[{"name":"X","valueFrom":{"fileKeyRef":{"volumeName":"shared","path":"app.env","key":"KEY","optional":OPTIONAL}}}]
            """.Replace("KEY", key, StringComparison.Ordinal).Replace("OPTIONAL", isOptional ? "true" : "false", StringComparison.Ordinal));
        var got = env.IsFaulted ? (await Assert.ThrowsAsync<ContainerConfigException>(() => env)).Message : (await env).GetValueOrDefault("X");
        Assert.Equal(expected, got);
    }

    [Fact]
    public async Task Services_are_told_of_and_the_API_servers_always()
    {
        _services.Add(Service("default", "kubernetes", "10.96.0.1", "https", 443));
        _services.Add(Service("default", "other", "10.96.0.2", "", 80));
        _services.Add(Service("shop", "redis-master", "10.96.0.11", "", 6379));
        _services.Add(Service("shop", "headless", "None", "", 80));

        var env = await EnvironmentAsync("\"env\":[]");
        Assert.Equal("10.96.0.1", env["KUBERNETES_SERVICE_HOST"]);
        Assert.Equal("443", env["KUBERNETES_SERVICE_PORT_HTTPS"]);
        Assert.Equal("10.96.0.11", env["REDIS_MASTER_SERVICE_HOST"]);
        Assert.Equal("tcp://10.96.0.11:6379", env["REDIS_MASTER_PORT"]);
        Assert.Equal("tcp://10.96.0.11:6379", env["REDIS_MASTER_PORT_6379_TCP"]);
        Assert.Equal("6379", env["REDIS_MASTER_PORT_6379_TCP_PORT"]);
        Assert.Equal("10.96.0.11", env["REDIS_MASTER_PORT_6379_TCP_ADDR"]);
        Assert.DoesNotContain(env.Keys, key => key.StartsWith("OTHER", StringComparison.Ordinal) || key.StartsWith("HEADLESS", StringComparison.Ordinal));

        env = await EnvironmentAsync("\"env\":[]", "\"enableServiceLinks\":false,");
        Assert.True(env.ContainsKey("KUBERNETES_SERVICE_HOST"));
        Assert.False(env.ContainsKey("REDIS_MASTER_SERVICE_HOST"));
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(string container, string spec = "")
    {
        var pod = Given.Pod($$"""{ {{spec}} "containers":[{"name":"main",{{container}}}]}""");
        var sources = new EnvironmentSources(
            (ns, name) => ValueTask.FromResult(_maps.GetValueOrDefault(name)), (ns, name) => ValueTask.FromResult(_secrets.GetValueOrDefault(name)), () => _services);
        return (await ContainerEnvironment.ResolveAsync(pod, pod.Spec.Containers[0], Facts with { VolumeText = (volume, path) => _files[(volume, path)] }, sources)).ToDictionary();
    }

    private static Service Service(string ns, string name, string address, string portName, int port) => Given.Read<Service>(
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},"spec":{"clusterIP":"{{{address}}}","ports":[{"name":"{{{portName}}}","port":{{{port}}}}]}}""");
}
