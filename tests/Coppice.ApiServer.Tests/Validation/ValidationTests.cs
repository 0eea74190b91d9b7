using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Xunit;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad manifests of every kind but pods, with the causes that Kubernetes gives.</summary>
public sealed class ValidationTests
{
    private const string Template = """{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"a"}]}}""";

    [Theory]
    [InlineData("""{"selector":{"matchLabels":{"app":"web"}},"template":T}""")]
    [InlineData("""{"template":T}""", "spec.selector: Required value")]
    [InlineData(
        """{"selector":{},"template":T}""", """spec.selector: Invalid value: {}: empty selector is invalid for deployment""")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"x"}},"template":T}""",
        """spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`""")]
    [InlineData(
        """{"replicas":-1,"selector":{"matchLabels":{"app":"web"}},"template":T}""",
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":T,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":"0%"}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":T,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"101%"}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":T,"strategy":{"type":"Recreate","rollingUpdate":{"maxSurge":1}}}""",
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":T,"strategy":{"type":"Slow"}}""",
        """spec.strategy.type: Unsupported value: "Slow": supported values: "Recreate", "RollingUpdate" """)]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":T,"minReadySeconds":600}""",
        "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]}}}""",
        """spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always" """)]
    [InlineData(
        """{"selector":{"matchExpressions":[{"key":"app","operator":"In"}]},"template":T}""",
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        """spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"In"}]}: invalid label selector""")]
    [InlineData(
        """{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[]}}}""",
        "spec.template.spec.containers: Required value")]
    public void A_deployment_is_refused_for(string spec, params string[] causes) => AssertCauses<Deployment>(spec, causes);

    [Fact]
    public void A_selector_stays_as_it_was()
    {
        var old = Read<Deployment>(Spec("""{"selector":{"matchLabels":{"app":"web"}},"template":T}"""));
        var item = Read<Deployment>(Spec("""{"selector":{"matchLabels":{"app":"web","tier":"a"}},"template":{"metadata":{"labels":{"app":"web","tier":"a"}},"spec":{"containers":[{"name":"a","image":"a"}]}}}"""));

        AssertText(
            ["""spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable"""],
            Served.Strategy<Deployment>().ValidateUpdate(item, old));
    }

    [Theory]
    [InlineData("""{"template":T,"selector":{"matchLabels":{"app":"web"}}}""")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0}}}""",
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":1}}}""",
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero")]
    [InlineData(
        """{"template":T,"selector":{}}""", "spec.selector: Invalid value: {}: empty selector is invalid for daemonset")]
    public void A_daemon_set_is_refused_for(string spec, params string[] causes) => AssertCauses<DaemonSet>(spec, causes);

    [Theory]
    [InlineData(
        """
        {"selector":{"matchLabels":{"app":"web"}},"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],
          "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"a","volumeMounts":[{"name":"data","mountPath":"/d"},{"name":"other","mountPath":"/o"}]}]}}}
        """,
        "spec.template.spec.containers[0].volumeMounts[1].name: Not found: \"other\"")]
    [InlineData("""{"template":T,"selector":{"matchLabels":{"app":"web"}},"serviceName":"web"}""")]
    [InlineData("""{"template":T,"selector":{}}""", "spec.selector: Invalid value: {}: empty selector is invalid for statefulset")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"podManagementPolicy":"Any"}""",
        """spec.podManagementPolicy: Invalid value: "Any": must be 'OrderedReady' or 'Parallel'""")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"updateStrategy":{"type":"Slow"}}""",
        """spec.updateStrategy: Invalid value: {"type":"Slow"}: must be 'RollingUpdate' or 'OnDelete'""")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"updateStrategy":{"type":"OnDelete","rollingUpdate":{"partition":1}}}""",
        """spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'""")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"updateStrategy":{"rollingUpdate":{"partition":-1,"maxUnavailable":"0%"}}}""",
        "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0",
        """spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "0%": cannot be 0""")]
    [InlineData(
        """{"template":T,"selector":{"matchLabels":{"app":"web"}},"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Keep"},"ordinals":{"start":-1}}""",
        """spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete" """,
        "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0")]
    public void A_stateful_set_is_refused_for(string spec, params string[] causes) => AssertCauses<StatefulSet>(spec, causes);

    [Fact]
    public void A_stateful_sets_claims_stay_as_they_are()
    {
        var old = Read<StatefulSet>(Spec("""{"selector":{"matchLabels":{"app":"web"}},"template":T}"""));
        var item = Read<StatefulSet>(Spec("""{"replicas":9,"serviceName":"b","selector":{"matchLabels":{"app":"web"}},"template":T}"""));

        AssertText(
            ["spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"],
            Served.Strategy<StatefulSet>().ValidateUpdate(item, old));
        AssertText([], Served.Strategy<StatefulSet>().ValidateUpdate(item with { Spec = item.Spec with { ServiceName = null } }, old));
    }

    [Theory]
    [InlineData("""{"ports":[{"port":80}]}""")]
    [InlineData("""{"clusterIP":"None"}""")]
    [InlineData("{}", "spec.ports: Required value")]
    [InlineData(
        """{"ports":[{"port":80},{"port":81}]}""", "spec.ports[0].name: Required value", "spec.ports[1].name: Required value")]
    [InlineData("""{"ports":[{"port":0}]}""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive", "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData(
        """{"ports":[{"port":80,"name":"a"},{"port":80,"name":"a","targetPort":90}]}""",
        """spec.ports[1].name: Duplicate value: "a" """,
        """spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}""")]
    [InlineData(
        """{"ports":[{"port":80,"nodePort":30080}]}""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData(
        """{"type":"Balanced","ports":[{"port":80}]}""",
        """spec.type: Unsupported value: "Balanced": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort" """)]
    [InlineData("""{"type":"ExternalName"}""", "spec.externalName: Required value")]
    [InlineData(
        """{"type":"NodePort","clusterIP":"None","ports":[{"port":80}]}""",
        """spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services""")]
    [InlineData(
        """{"ports":[{"port":80}],"sessionAffinity":"Cookie"}""",
        """spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None" """)]
    [InlineData(
        """{"ports":[{"port":80}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":86401}}}""",
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400")]
    [InlineData(
        """{"ports":[{"port":80}],"externalTrafficPolicy":"Local"}""",
        """spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services""")]
    [InlineData(
        """{"ports":[{"port":80}],"clusterIP":"10.96.0.300"}""",
        """spec.clusterIPs[0]: Invalid value: "10.96.0.300": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""")]
    [InlineData(
        """{"ports":[{"port":80,"protocol":"HTTP"}]}""",
        """spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP" """)]
    public void A_service_is_refused_for(string spec, params string[] causes) => AssertCauses<Service>(spec, causes);

    [Fact]
    public void A_services_address_stays()
    {
        var old = Read<Service>(Spec("""{"clusterIP":"10.96.0.7","ports":[{"port":80}]}"""));
        var item = Read<Service>(Spec("""{"clusterIP":"10.96.0.8","ports":[{"port":80}]}"""));

        AssertText(
            ["""spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set"""],
            Served.Strategy<Service>().ValidateUpdate(item, old));
    }

    [Theory]
    [InlineData("""{"data":{"a.b_c-d":"1"}}""")]
    [InlineData(
        """{"data":{"a b":"1"}}""",
        """data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')""")]
    [InlineData("""{"data":{"..":"1"}}""", """data[..]: Invalid value: "..": must not be '..'""")]
    [InlineData(
        """{"data":{"a":"1"},"binaryData":{"a":"MQ=="}}""", """data[a]: Invalid value: "a": duplicate of key present in binaryData""")]
    public void A_config_map_is_refused_for(string manifest, params string[] causes) => AssertText(causes, Validate<ConfigMap>(manifest));

    [Theory]
    [InlineData("""{"type":"example.com/any"}""")]
    [InlineData("""{"type":"kubernetes.io/tls"}""", "data[tls.crt]: Required value", "data[tls.key]: Required value")]
    [InlineData("""{"type":"kubernetes.io/basic-auth"}""", "data[username]: Required value", "data[password]: Required value")]
    [InlineData("""{"type":"kubernetes.io/ssh-auth"}""", "data[ssh-privatekey]: Required value")]
    [InlineData("""{"type":"kubernetes.io/dockerconfigjson"}""", "data[.dockerconfigjson]: Required value")]
    [InlineData(
        """{"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":""}}""",
        """data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input""")]
    [InlineData(
        """{"type":"kubernetes.io/service-account-token"}""", "metadata.annotations[kubernetes.io/service-account.name]: Required value")]
    public void A_secret_is_refused_for(string manifest, params string[] causes) => AssertText(causes, Validate<Secret>(manifest));

    [Fact]
    public void What_is_immutable_stays_so()
    {
        var old = new ConfigMap { Immutable = true, Data = ValueMap.Of(("a", "1")) };
        var item = new ConfigMap { Data = ValueMap.Of(("a", "2")) };

        AssertText(
            [
                "immutable: Forbidden: field is immutable when `immutable` is set",
                "data: Forbidden: field is immutable when `immutable` is set",
            ],
            Served.Strategy<ConfigMap>().ValidateUpdate(item, old));
        AssertText(
            ["""type: Invalid value: "b": field is immutable"""],
            Served.Strategy<Secret>().ValidateUpdate(new Secret { Type = "b" }, new Secret { Type = "a" }));
    }

    [Theory]
    [InlineData("""{ "spec": {"a": 1} }""", true)]
    [InlineData("""{"spec":{"a":2}}""", false)]
    public void A_recorded_revision_may_be_written_otherwise_but_says_the_same(string data, bool isSame)
    {
        var old = new ControllerRevision { Metadata = new() { Name = "a", Namespace = "b" }, Data = JsonSerializer.Deserialize<JsonElement>("""{"spec":{"a":1}}"""), Revision = 1 };

        var found = Served.Strategy<ControllerRevision>().ValidateUpdate(old with { Data = JsonSerializer.Deserialize<JsonElement>(data) }, old);

        Assert.Equal(isSame, !found.Any());
    }

    [Fact]
    public void Data_may_not_be_larger_than_a_megabyte() => AssertText(
        ["[]: Too long: may not be more than 1048576 bytes"],
        Served.Strategy<ConfigMap>().Validate(new ConfigMap { Data = ValueMap.Of(("a", new string('x', (1 << 20) + 1))) }));

    [Fact]
    public void Other_kinds_are_refused_for_what_is_theirs()
    {
        AssertText(
            ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"], Validate<Endpoints>("""{"subsets":[{"ports":[{"port":1}]}]}"""));
        AssertText(
            ["""subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)"""],
            Validate<Endpoints>("""{"subsets":[{"addresses":[{"ip":"127.0.0.1"}]}]}"""));
        AssertText(
            ["""addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6" """], Validate<EndpointSlice>("""{"addressType":"IP"}"""));
        AssertText(
            ["endpoints[0].addresses: Required value: must contain at least 1 address"],
            Validate<EndpointSlice>("""{"addressType":"IPv4","endpoints":[{"addresses":[]}]}"""));
        AssertText(
            [
                """endpoints[0].hints.forZones[1].name: Duplicate value: "a" """,
                "endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items",
            ],
            Validate<EndpointSlice>($$$"""
                {"addressType":"IPv4","endpoints":[{"addresses":["10.1.1.1"],"hints":{"forZones":[{"name":"a"},{"name":"a"}],
                 "forNodes":[{{{string.Join(',', Enumerable.Range(1, 9).Select(i => $$"""{"name":"n{{i}}"}"""))}}}]}}]}
                """));
        AssertText(
            ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"], Validate<Lease>("""{"spec":{"leaseDurationSeconds":0}}"""));
        AssertText(["data: Required value: data is mandatory"], Validate<ControllerRevision>("""{"revision":1}"""));
        AssertText(
            ["""spec.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute" """],
            Validate<Node>("""{"spec":{"taints":[{"key":"a","effect":"Never"}]}}"""));
        AssertText(
            ["spec.accessModes: Required value: at least one access mode is required", "spec.resources[storage]: Required value"],
            Validate<PersistentVolumeClaim>("""{"spec":{}}"""));
        AssertText(
            ["""spec.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified"""],
            Validate<Namespace>("""{"spec":{"finalizers":["mine"]}}"""));
        AssertText(
            ["""involvedObject.namespace: Invalid value: "b": does not match event.namespace"""],
            Validate<Event>("""{"metadata":{"namespace":"a"},"involvedObject":{"namespace":"b"}}"""));
        AssertText(["spec.selector: Required value", "spec.template: Required value"], Validate<ReplicationController>("""{"spec":{}}"""));
    }

    [Fact]
    public void Of_an_event_that_says_when_it_happened_more_is_asked()
    {
        const string Told = """{"metadata":{"namespace":"a"},"involvedObject":{"namespace":"b"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingComponent":"x","reportingInstance":"y","action":"Go","reason":"Because"}""";
        AssertText([], Validate<Event>(Told));
        AssertText(
            ["reportingInstance: Required value", "reason: Required value"],
            Validate<Event>(Told.Replace(""","reportingInstance":"y" """.Trim(), "").Replace("\"Because\"", "\"\"")));
    }

    [Fact]
    public void What_an_event_tells_changes_only_in_its_older_form()
    {
        var old = Read<Event>("""{"involvedObject":{"namespace":"a"},"metadata":{"namespace":"a"},"message":"was","count":1}""");
        var item = old with { Message = "is", Count = 2 };
        AssertText([], Served.Strategy<Event>().ValidateUpdate(item, old));
        AssertText(
            ["""message: Invalid value: "is": field is immutable""", "count: Invalid value: 2: field is immutable"],
            Served.Strategy<Objects.Events.Event>().ValidateUpdate(EventConversion.ToEvents(item), EventConversion.ToEvents(old)));
        AssertText(
            ["""series.count: Invalid value: "": should be at least 2""", "series.lastObservedTime: Required value"],
            Served.Strategy<Objects.Events.Event>().ValidateUpdate(EventConversion.ToEvents(old with { Series = new() { Count = 1 } }), EventConversion.ToEvents(old)));
    }

    private static string Spec(string spec) => $$"""{"spec":{{spec.Replace("T}", Template + "}").Replace("T,", Template + ",")}}}""";

    private static T Read<T>(string manifest) where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest)));

    private static IReadOnlyList<FieldError> Validate<T>(string manifest) where T : KubernetesObject =>
        Served.Strategy<T>().Validate(Read<T>(manifest));

    private static void AssertCauses<T>(string spec, string[] causes) where T : KubernetesObject => AssertText(causes, Validate<T>(Spec(spec)));

    private static void AssertText(string[] causes, IReadOnlyList<FieldError> errors) =>
        Assert.Equal(causes.Select(c => c.TrimEnd()), errors.Select(e => e.ToString()));
}
