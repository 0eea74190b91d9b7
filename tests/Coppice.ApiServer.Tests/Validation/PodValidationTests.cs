using System.Text;

using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Xunit;
namespace Coppice.ApiServer.Tests.Validation;

public sealed class PodValidationTests
{
    private const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    [Theory]
    [InlineData("""{"name":"a","image":"a"}""")]
    [InlineData("""{"image":"a"}""", "spec.containers[0].name: Required value")]
    [InlineData("""{"name":"A","image":"a"}""", """spec.containers[0].name: Invalid value: "A": """ + LabelRule)]
    [InlineData("""{"name":"a"}""", "spec.containers[0].image: Required value")]
    [InlineData("""{"name":"a","image":" a"}""", """spec.containers[0].image: Invalid value: " a": must not have leading or trailing whitespace""")]
    [InlineData("""{"name":"a","image":"a"},{"name":"a","image":"b"}""", """spec.containers[1].name: Duplicate value: "a" """)]
    [InlineData(
        """{"name":"a","image":"a","imagePullPolicy":"Sometimes"}""",
        """spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never" """)]
    [InlineData("""{"name":"a","image":"a","ports":[{}]}""", "spec.containers[0].ports[0].containerPort: Required value")]
    [InlineData(
        """{"name":"a","image":"a","ports":[{"containerPort":70000}]}""",
        "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData(
        """{"name":"a","image":"a","ports":[{"containerPort":1,"name":"this-is-too-long"}]}""",
        """spec.containers[0].ports[0].name: Invalid value: "this-is-too-long": must be no more than 15 bytes""")]
    [InlineData(
        """{"name":"a","image":"a","ports":[{"containerPort":1,"hostPort":80}]},{"name":"b","image":"a","ports":[{"containerPort":2,"hostPort":80}]}""",
        """spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80" """)]
    [InlineData(
        """{"name":"a","image":"a","resources":{"requests":{"memory":"2Gi"},"limits":{"memory":"64Mi"}}}""",
        """spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 64Mi""")]
    [InlineData(
        """{"name":"a","image":"a","resources":{"limits":{"gold":"1"}}}""",
        """spec.containers[0].resources.limits[gold]: Invalid value: "gold": must be a standard resource for containers""",
        """spec.containers[0].resources.requests[gold]: Invalid value: "gold": must be a standard resource for containers""")]
    [InlineData("""{"name":"a","image":"a","env":[{"value":"x"}]}""", "spec.containers[0].env[0].name: Required value")]
    [InlineData(
        """{"name":"a","image":"a","env":[{"name":"A","value":"x","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}""",
        """spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty""")]
    [InlineData(
        """{"name":"a","image":"a","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.containers"}}}]}""",
        """spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.containers": error converting fieldPath: field label not supported: spec.containers""")]
    [InlineData("""{"name":"a","image":"a","envFrom":[{"configMapRef":{}}]}""", "spec.containers[0].envFrom[0].configMapRef.name: Required value")]
    [InlineData(
        """{"name":"a","image":"a","volumeMounts":[{"name":"v","mountPath":"/v"}]}""", """spec.containers[0].volumeMounts[0].name: Not found: "v" """)]
    [InlineData("""{"name":"a","image":"a","livenessProbe":{}}""", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData(
        """{"name":"a","image":"a","livenessProbe":{"exec":{"command":["x"]},"tcpSocket":{"port":80}}}""",
        "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type")]
    [InlineData(
        """{"name":"a","image":"a","livenessProbe":{"httpGet":{"port":0},"successThreshold":2}}""",
        "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
        "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [InlineData(
        """{"name":"a","image":"a","readinessProbe":{"exec":{"command":[]},"periodSeconds":-1}}""",
        "spec.containers[0].readinessProbe.exec.command: Required value",
        "spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0")]
    public void A_container_is_refused_for(string containers, params string[] causes) =>
        AssertCauses($$"""{"containers":[{{containers}}]}""", causes);

    [Theory]
    [InlineData(""" "restartPolicy":"Often" """, """spec.restartPolicy: Unsupported value: "Often": supported values: "Always", "OnFailure", "Never" """)]
    [InlineData(
        """ "dnsPolicy":"Some" """,
        """spec.dnsPolicy: Unsupported value: "Some": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None" """)]
    [InlineData(
        """ "containers":[{"name":"a","image":"a","securityContext":{"procMount":"Unmasked"}}],"initContainers":[{"name":"i","image":"a","securityContext":{"procMount":"Unmasked"}}] """,
        """spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked` """,
        """spec.initContainers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked` """)]
    [InlineData(""" "hostUsers":false,"containers":[{"name":"a","image":"a","securityContext":{"procMount":"Unmasked"}}] """)]
    [InlineData(
        """ "hostUsers":false,"hostNetwork":true,"hostPID":true,"hostIPC":true """,
        "spec.hostNetwork: Forbidden: when `hostUsers` is false",
        "spec.hostPID: Forbidden: when `hostUsers` is false",
        "spec.hostIPC: Forbidden: when `hostUsers` is false")]
    [InlineData(""" "dnsPolicy":"None" """, "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData(""" "activeDeadlineSeconds":0 """, "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [InlineData(
        """ "tolerations":[{"key":"a","operator":"Lt","value":"1"}] """,
        """spec.tolerations[0].operator: Unsupported value: "Lt": supported values: "Equal", "Exists" """)]
    [InlineData(
        """ "tolerations":[{"operator":"Equal"}] """,
        """spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys" """)]
    [InlineData(
        """ "tolerations":[{"key":"a","tolerationSeconds":1}] """,
        """spec.tolerations[0].effect: Invalid value: "": effect must be 'NoExecute' when `tolerationSeconds` is set""")]
    [InlineData(""" "volumes":[{"name":"v"},{"name":"v"}] """, """spec.volumes[1].name: Duplicate value: "v" """)]
    [InlineData(
        """ "volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/"}}] """,
        "spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type")]
    [InlineData(""" "volumes":[{"name":"v","hostPath":{"path":"/a/../b"}}] """, """spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain '..'""")]
    [InlineData(""" "volumes":[{"name":"v","secret":{"defaultMode":512}}] """, "spec.volumes[0].secret.secretName: Required value", "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive")]
    [InlineData(
        """ "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[]}}} """,
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term")]
    [InlineData(
        """ "affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":0,"podAffinityTerm":{}}]}} """,
        "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100",
        "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.topologyKey: Required value: can not be empty")]
    [InlineData(
        """ "topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}] """,
        "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero")]
    [InlineData(
        """ "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","matchLabelKeys":["a"]}] """,
        "spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set")]
    [InlineData(
        """ "affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","matchLabelKeys":["b","a"],"mismatchLabelKeys":["b"],"labelSelector":{"matchLabels":{"a":"1"},"matchExpressions":[{"key":"a","operator":"In","values":["1"]}]}}]}} """,
        """spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][1]: Invalid value: "a": exists in both matchLabelKeys and labelSelector""",
        """spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys[0]: Invalid value: "b": exists in both matchLabelKeys and mismatchLabelKeys""")]
    [InlineData(
        """ "initContainers":[{"name":"a","image":"a"}] """, """spec.initContainers[0].name: Duplicate value: "a" """)]
    [InlineData(
        """ "initContainers":[{"name":"i","image":"a","readinessProbe":{"tcpSocket":{"port":1}}}] """,
        "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData(""" "initContainers":[{"name":"i","image":"a","restartPolicy":"Always","readinessProbe":{"tcpSocket":{"port":1}}}] """)]
    public void A_pod_is_refused_for(string fields, params string[] causes) =>
        AssertCauses($$"""{"containers":[{"name":"a","image":"a"}],{{fields}}}""", causes);

    [Fact]
    public void A_pod_needs_a_container() => AssertCauses("{}", ["spec.containers: Required value"]);

    [Fact]
    public void Images_deadlines_and_further_tolerations_may_change()
    {
        var old = Read("""{"containers":[{"name":"a","image":"a:1"}],"tolerations":[{"key":"x","operator":"Exists"}]}""");
        var item = Read("""{"containers":[{"name":"a","image":"a:2","imagePullPolicy":"IfNotPresent"}],"activeDeadlineSeconds":9,"tolerations":[{"key":"x","operator":"Exists"},{"key":"y","operator":"Exists"}]}""");

        Assert.Empty(Served.Strategy<Pod>().ValidateUpdate(item, old));
    }

    [Fact]
    public void Nothing_else_may_and_the_refusal_says_what_was_tried()
    {
        var old = Read("""{"containers":[{"name":"a","image":"a:1"}],"nodeName":"one"}""");
        var item = Read("""{"containers":[{"name":"a","image":"a:1"}],"nodeName":"two"}""");

        var error = Assert.Single(Served.Strategy<Pod>().ValidateUpdate(item, old));

        Assert.Equal(
            "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"
            + "- spec.nodeName: \"one\"\n+ spec.nodeName: \"two\"\n",
            error.ToString());
    }

    [Fact]
    public void Containers_and_tolerations_stay()
    {
        var old = Read("""{"containers":[{"name":"a","image":"a:1"}],"tolerations":[{"key":"x","operator":"Exists"}]}""");
        var more = Read("""{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}""");
        var intolerant = Read("""{"containers":[{"name":"a","image":"a:1"}]}""");

        Assert.Equal(
            "spec.containers: Forbidden: pod updates may not add or remove containers",
            Assert.Single(Served.Strategy<Pod>().ValidateUpdate(more, old)).ToString());
        Assert.Equal(
            "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
            Assert.Single(Served.Strategy<Pod>().ValidateUpdate(intolerant, old)).ToString());
    }

    [Fact]
    public void What_is_hardly_meant_is_warned_of()
    {
        var pod = Read("""{"containers":[{"name":"a","image":"a","env":[{"name":"X","value":"1"},{"name":"X","value":"2"}],"ports":[{"containerPort":80},{"containerPort":80,"name":"b"}]}]}""");

        Assert.Equal(
            [
                "spec.containers[0].env[1]: hides previous definition of \"X\", which may be dropped when using apply",
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            ],
            Served.Strategy<Pod>().Warnings(pod));
    }

    [Theory]
    [InlineData(""" "nodeSelector":{"beta.kubernetes.io/os":"linux"} """, "T.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead")]
    [InlineData(
        """ "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"beta.kubernetes.io/arch","operator":"Exists"}]}]}}} """,
        "T.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use \"kubernetes.io/arch\" instead")]
    [InlineData(
        """ "affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"a"}}]}} """,
        "T.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod")]
    [InlineData(
        """ "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"failure-domain.beta.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule"}] """,
        "T.spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        "T.spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod")]
    [InlineData(""" "volumes":[{"name":"v","rbd":{"monitors":["a"],"image":"i"}}] """, "T.spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+")]
    [InlineData(""" "hostAliases":[{"ip":"192.0.2.1"},{"ip":"192.0.2.1"}] """, "T.spec.hostAliases[1].ip: duplicate ip \"192.0.2.1\"")]
    [InlineData(
        """ "imagePullSecrets":[{"name":"a"},{"name":"a"},{}] """,
        "T.spec.imagePullSecrets[1].name: duplicate name \"a\"", "T.spec.imagePullSecrets[2].name: invalid empty name \"\"")]
    [InlineData(
        """ "initContainers":[{"name":"i","image":"a","resources":{"limits":{"memory":"100m"}},"ports":[{"containerPort":80},{"containerPort":80,"hostPort":81}],"env":[{"name":"X","value":"1"},{"name":"X","value":"$(X)2"}]}] """,
        "T.spec.initContainers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer",
        "T.spec.initContainers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer",
        "T.spec.initContainers[0].ports[1]: overlapping port definition with T.spec.initContainers[0].ports[0]")]
    public void Of_templates_too_is_told_what_is_hardly_meant_or_of_the_past(string fields, params string[] warnings)
    {
        var spec = Read($$"""{"containers":[{"name":"a","image":"a"}],{{fields}}}""").Spec;
        Assert.Equal(warnings.Select(one => one.Replace("T.", "")), Served.Strategy<Pod>().Warnings(new Pod { Metadata = new() { Name = "a" }, Spec = spec }));

        var made = new Coppice.Objects.Apps.Deployment { Metadata = new() { Name = "a.b" }, Spec = new() { Template = new() { Spec = spec } } };
        Assert.Equal(
            ["metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
                .. warnings.Select(one => one.Replace("T.", "spec.template."))],
            Served.Strategy<Coppice.Objects.Apps.Deployment>().Warnings(made));
        Assert.DoesNotContain(Served.Strategy<Coppice.Objects.Apps.Deployment>().Warnings(made, made), one => one.StartsWith("metadata.name", StringComparison.Ordinal));
    }

    [Fact]
    public void The_access_to_the_API_that_pods_are_given_is_right_and_complete_and_stays_one_in_memory()
    {
        var given = Read("""{"containers":[{"name":"a","image":"a"}]}""");
        var read = With(TokenAccess.Source with { });

        Assert.Equal(TokenAccess.Source, read.Spec.Volumes[0].Projected);
        Assert.Empty(Served.Strategy<Pod>().Validate(read));
        Assert.Same(TokenAccess.Source, With(TokenAccess.Source).Spec.Volumes[0].Projected);

        Pod With(ProjectedVolumeSource source) => (Pod)Served.Strategy<Pod>().Default(
            given with { Spec = given.Spec with { Volumes = [new Volume { Name = "access", Projected = source }] } });
    }

    private static Pod Read(string spec) =>
        (Pod)Served.Strategy<Pod>().Default(ApiJson.Read<Pod>(Encoding.UTF8.GetBytes($$"""{"spec":{{spec}}}""")));

    private static void AssertCauses(string spec, string[] causes) => Assert.Equal(
        causes.Select(c => c.TrimEnd()), Served.Strategy<Pod>().Validate(Read(spec)).Select(e => e.ToString()));
}
