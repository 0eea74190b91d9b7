using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Xunit;

namespace Coppice.ApiServer.Tests.Kinds;

public sealed class DefaultsTests
{
    private const string FilledContainer = """
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"
        """;

    private const string FilledPod = """
        "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"
        """;

    [Fact]
    public void A_bare_pod_gets_all_that_kubernetes_would_give_it() => AssertDefaults<Pod>(
        """{"spec":{"containers":[{"name":"web","image":"nginx","ports":[{"containerPort":80}]}]}}""",
        $$$$$"""
        {"metadata":{},"spec":{"containers":[{"name":"web","image":"nginx","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{},
        {{{{{FilledContainer}}}}},"imagePullPolicy":"Always"}],{{{{{FilledPod}}}}},"enableServiceLinks":true},"status":{}}
        """);

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.25", "IfNotPresent")]
    [InlineData("registry:5000/nginx", "Always")]
    [InlineData("registry:5000/team/nginx:2", "IfNotPresent")]
    [InlineData("nginx@sha256:0123456789abcdef", "IfNotPresent")]
    [InlineData("nginx:latest@sha256:0123456789abcdef", "Always")]
    public void An_image_that_may_have_changed_is_pulled_always(string image, string policy)
    {
        var pod = Default(new Pod { Spec = new() { Containers = [new() { Name = "a", Image = image }] } });

        Assert.Equal(policy, pod.Spec.Containers[0].ImagePullPolicy);
    }

    [Fact]
    public void Probes_and_hooks_get_their_numbers_and_paths() => AssertContainer(
        """
        {"name":"a","image":"a:1","livenessProbe":{"httpGet":{"port":8080}},"readinessProbe":{"tcpSocket":{"port":"db"},"periodSeconds":3},
        "startupProbe":{"grpc":{"port":9000}},"lifecycle":{"preStop":{"httpGet":{"port":8080,"path":"/bye"}}}}
        """,
        $$$$$"""
        {"name":"a","image":"a:1","resources":{},
        "livenessProbe":{"httpGet":{"path":"/","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
        "readinessProbe":{"tcpSocket":{"port":"db"},"timeoutSeconds":1,"periodSeconds":3,"successThreshold":1,"failureThreshold":3},
        "startupProbe":{"grpc":{"port":9000,"service":""},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
        "lifecycle":{"preStop":{"httpGet":{"path":"/bye","port":8080,"scheme":"HTTP"}}},
        {{{{{FilledContainer}}}}},"imagePullPolicy":"IfNotPresent"}
        """);

    [Fact]
    public void What_is_limited_is_also_asked_for() => AssertContainer(
        """
        {"name":"a","image":"a:1","resources":{"limits":{"cpu":"1","memory":"64Mi"},"requests":{"cpu":"0.0001"}},
        "env":[{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}
        """,
        $$$$$"""
        {"name":"a","image":"a:1","resources":{"limits":{"cpu":"1","memory":"64Mi"},"requests":{"cpu":"1m","memory":"64Mi"}},
        "env":[{"name":"IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"} } }],
        {{{{{FilledContainer}}}}},"imagePullPolicy":"IfNotPresent"}
        """);

    [Fact]
    public void Volumes_get_modes_and_a_source() => AssertVolumes(
        """
        [{"name":"e"},{"name":"h","hostPath":{"path":"/"}},{"name":"s","secret":{"secretName":"x"}},{"name":"c","configMap":{"name":"x","defaultMode":256}},
        {"name":"d","downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}},
        {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"token"}},{"configMap":{"name":"x"}}]}}]
        """,
        """
        [{"name":"e","emptyDir":{}},{"name":"h","hostPath":{"path":"/","type":""}},{"name":"s","secret":{"secretName":"x","defaultMode":420}},
        {"name":"c","configMap":{"name":"x","defaultMode":256}},
        {"name":"d","downwardAPI":{"items":[{"path":"l","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.labels"}}],"defaultMode":420}},
        {"name":"p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3600,"path":"token"}},{"configMap":{"name":"x"}}],"defaultMode":420}}]
        """);

    [Fact]
    public void In_the_nodes_network_ports_are_the_nodes_and_the_account_has_both_names()
    {
        var pod = Default(new Pod
        {
            Spec = new() { HostNetwork = true, ServiceAccountName = "robot", Containers = [new() { Ports = [new() { ContainerPortValue = 80 }] }] },
        });

        Assert.Equal(80, pod.Spec.Containers[0].Ports[0].HostPort);
        Assert.Equal("robot", pod.Spec.ServiceAccount);
    }

    [Fact]
    public void A_deployment_replaces_a_quarter_at_a_time_and_its_template_keeps_links_open() => AssertDefaults<Deployment>(
        """{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a:1"}]}}}}""",
        $$$$$"""
        {"metadata":{},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
        "spec":{"containers":[{"name":"a","image":"a:1","resources":{},{{{{{FilledContainer}}}}},"imagePullPolicy":"IfNotPresent"}],{{{{{FilledPod}}}}}}},
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
        "revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":{}}
        """);

    [Fact]
    public void Recreate_has_nothing_to_roll() =>
        Assert.Null(Default(new Deployment { Spec = new() { Strategy = new() { Type = "Recreate" } } }).Spec.Strategy.RollingUpdate);

    [Fact]
    public void Other_workloads_get_theirs()
    {
        Assert.Equal(1, Default(new ReplicaSet()).Spec.Replicas);
        var set = Default(new DaemonSet()).Spec;
        Assert.Equal(("RollingUpdate", 1, 0, 10), (set.UpdateStrategy.Type, set.UpdateStrategy.RollingUpdate!.MaxUnavailable!.Value.Number, set.UpdateStrategy.RollingUpdate.MaxSurge!.Value.Number, set.RevisionHistoryLimit));
        var labels = ValueMap.Of(("app", "web"));
        var controller = Default(new ReplicationController { Spec = new() { Template = new() { Metadata = new() { Labels = labels } } } });
        Assert.Equal((labels, labels, 1), (controller.Metadata.Labels, controller.Spec.Selector, controller.Spec.Replicas));
    }

    [Theory]
    [InlineData(
        """{"ports":[{"port":80},{"port":81,"targetPort":"web","protocol":"UDP"}]}""",
        """
        {"ports":[{"protocol":"TCP","port":80,"targetPort":80},{"protocol":"UDP","port":81,"targetPort":"web"}],"type":"ClusterIP","sessionAffinity":"None",
        "internalTrafficPolicy":"Cluster"}
        """)]
    [InlineData(
        """{"type":"LoadBalancer","sessionAffinity":"ClientIP","selector":{"a":"b"}}""",
        """
        {"selector":{"a":"b"},"type":"LoadBalancer","sessionAffinity":"ClientIP","externalTrafficPolicy":"Cluster",
        "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},
        "allocateLoadBalancerNodePorts":true,"internalTrafficPolicy":"Cluster"}
        """)]
    [InlineData(
        """{"clusterIP":"None"}""",
        """
        {"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster"}
        """)]
    [InlineData(
        """{"type":"ExternalName","externalName":"db.example.com"}""",
        """{"type":"ExternalName","sessionAffinity":"None","externalName":"db.example.com"}""")]
    public void A_service_gets_what_its_type_needs(string spec, string expected) => AssertDefaults<Service>(
        $$$$$"""{"spec":{{{{{spec}}}}}}""", $$$$$"""{"metadata":{},"spec":{{{{{expected}}}}},"status":{"loadBalancer":{}}}""");

    [Fact]
    public void A_secrets_text_becomes_data() => AssertDefaults<Secret>(
        """{"stringData":{"a":"hello"},"data":{"a":"b2xk","b":"aGk="}}""",
        """{"metadata":{},"data":{"a":"aGVsbG8=","b":"aGk="},"type":"Opaque"}""");

    [Fact]
    public void The_small_kinds_get_theirs()
    {
        AssertDefaults<Namespace>(
            """{"metadata":{"name":"web"}}""",
            """{"metadata":{"name":"web","labels":{"kubernetes.io/metadata.name":"web"}},"spec":{},"status":{"phase":"Active"}}""");
        AssertDefaults<EndpointSlice>(
            """{"addressType":"IPv4","ports":[{"port":80}]}""",
            """{"metadata":{},"addressType":"IPv4","endpoints":[],"ports":[{"name":"","protocol":"TCP","port":80}]}""");
        Assert.Equal("TCP", Default(new Endpoints { Subsets = [new() { Ports = [new() { Port = 1 }] }] }).Subsets[0].Ports[0].Protocol);
        Assert.Equal("Filesystem", Default(new PersistentVolumeClaim()).Spec.VolumeMode);
    }

    [Fact]
    public void Defaults_are_given_once()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            var strategy = Served.Of(kind).Strategy;
            var once = strategy.Default(kind.Format.Read("{}"u8));
            Assert.Equal(once, strategy.Default(once));
        }
    }

    private static T Default<T>(T item) where T : KubernetesObject => (T)Served.Strategy<T>().Default(item);

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;

    private static JsonNode Defaulted<T>(string manifest) where T : KubernetesObject =>
        Json(Encoding.UTF8.GetString(ApiJson.Write(Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest))))));

    private static void AssertDefaults<T>(string manifest, string expected) where T : KubernetesObject => AssertJson(Json(expected), Defaulted<T>(manifest));

    private static void AssertContainer(string container, string expected) =>
        AssertJson(Json(expected), Defaulted<Pod>($$$$$"""{"spec":{"containers":[{{{{{container}}}}}]}}""")["spec"]!["containers"]![0]!);

    private static void AssertVolumes(string volumes, string expected) =>
        AssertJson(Json(expected), Defaulted<Pod>($$$$$"""{"spec":{"containers":[],"volumes":{{{{{volumes}}}}}}}""")["spec"]!["volumes"]!);

    private static void AssertJson(JsonNode expected, JsonNode found) =>
        Assert.True(JsonNode.DeepEquals(expected, found), $"expected\n{expected.ToJsonString()}\nfound\n{found.ToJsonString()}");
}
