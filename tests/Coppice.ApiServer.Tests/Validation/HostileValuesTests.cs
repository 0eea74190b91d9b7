using System.Text;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Values by which a pod or a service would reach for what is not its own.</summary>
public sealed class HostileValuesTests
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Search =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";

    private const string SysctlForm = @"must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

    private const string Units = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

    [Theory]
    [InlineData(""" "securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"my/profile.json"}} """)]
    [InlineData(
        """ "securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"../../etc/passwd"}} """,
        """spec.securityContext.seccompProfile.localhostProfile: Invalid value: "../../etc/passwd": must not contain '..'""")]
    [InlineData(
        """ "securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"/etc/passwd"}} """,
        """spec.securityContext.seccompProfile.localhostProfile: Invalid value: "/etc/passwd": must be a relative path""")]
    [InlineData(
        """ "securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":" a"}} """,
        """spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " a": must not be padded with whitespace""")]
    [InlineData(""" "securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"},{"name":"net/ipv4/conf/eth0-1/x","value":"1"}]} """)]
    [InlineData(
        """ "securityContext":{"sysctls":[{"name":"../../x","value":"1"}]} """,
        """spec.securityContext.sysctls[0].name: Invalid value: "../../x": """ + SysctlForm)]
    [InlineData(
        """ "hostNetwork":true,"securityContext":{"sysctls":[{"name":"net/core/somaxconn","value":"1"}]} """,
        """spec.securityContext.sysctls[0].name: Invalid value: "net/core/somaxconn": may not be specified when 'hostNetwork' is true""")]
    [InlineData(
        """ "hostIPC":true,"securityContext":{"sysctls":[{"name":"kernel.shmmax","value":"1"}]} """,
        """spec.securityContext.sysctls[0].name: Invalid value: "kernel.shmmax": may not be specified when 'hostIPC' is true""")]
    [InlineData(
        """ "hostPID":true,"shareProcessNamespace":true """,
        "spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled")]
    [InlineData(""" "hostUsers":false,"hostNetwork":true """, "spec.hostNetwork: Forbidden: when `hostUsers` is false")]
    [InlineData(""" "dnsConfig":{"searches":["a.example.com.","_x.y_z",".","b"]} """)]
    [InlineData(
        """ "dnsConfig":{"searches":["a\nnameserver 192.0.2.1"]} """,
        """spec.dnsConfig.searches[0]: Invalid value: "a\nnameserver 192.0.2.1": """ + Search)]
    [InlineData(
        """ "dnsConfig":{"nameservers":["192.0.2.1\n"]} """,
        """spec.dnsConfig.nameservers[0]: Invalid value: "192.0.2.1\n": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""")]
    [InlineData(
        """ "dnsConfig":{"nameservers":["[fd00::1]:53"]} """,
        """spec.dnsConfig.nameservers[0]: Invalid value: "[fd00::1]:53": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""")]
    [InlineData(
        """ "dnsConfig":{"options":[{"name":"ndots","value":"1\nnameserver 192.0.2.1"}]} """,
        """spec.dnsConfig.options[0].value: Invalid value: "1\nnameserver 192.0.2.1": must not contain white space""")]
    [InlineData(
        """ "hostAliases":[{"ip":"192.0.2.1","hostnames":["a\n192.0.2.2 b"]}] """,
        """spec.hostAliases[0].hostnames[0]: Invalid value: "a\n192.0.2.2 b": """ + Subdomain)]
    [InlineData(
        """ "hostAliases":[{"ip":"192.0.2.1 evil","hostnames":["a"]}] """,
        """spec.hostAliases[0].ip: Invalid value: "192.0.2.1 evil": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""")]
    [InlineData(""" "priorityClassName":"a b" """, """spec.priorityClassName: Invalid value: "a b": """ + Subdomain)]
    [InlineData(""" "runtimeClassName":"../x" """, """spec.runtimeClassName: Invalid value: "../x": """ + Subdomain)]
    public void A_pod_is_refused_for(string fields, params string[] causes) =>
        AssertCauses<Pod>($$"""{"spec":{"containers":[{"name":"a","image":"a"}],{{fields}} } }""", causes);

    [Theory]
    [InlineData(
        """ "volumeMounts":[{"name":"v","mountPath":"/a:/b"}] """,
        """spec.containers[0].volumeMounts[0].mountPath: Invalid value: "/a:/b": must not contain ':'""")]
    [InlineData(
        """ "volumeMounts":[{"name":"v","mountPath":"/a","subPath":"../b"}] """,
        """spec.containers[0].volumeMounts.subPath: Invalid value: "../b": must not contain '..'""")]
    [InlineData(
        """ "volumeMounts":[{"name":"v","mountPath":"/a","recursiveReadOnly":"Enabled"}] """,
        "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true")]
    [InlineData(
        """ "volumeDevices":[{"name":"v","devicePath":"/dev/../x"}] """,
        """spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/dev/../x": can not contain backsteps ('..')""")]
    [InlineData(
        """ "securityContext":{"seccompProfile":{"type":"RuntimeDefault","localhostProfile":"a"}} """,
        """spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: {"type":"RuntimeDefault","localhostProfile":"a"}: can only be set when seccomp type is Localhost""")]
    [InlineData(""" "env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}}] """)]
    [InlineData(
        """ "env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"-1"}}}] """,
        """spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource""")]
    [InlineData(
        """ "env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"requests.memory","divisor":"-1"}}}] """,
        """spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "requests.memory": only divisor's values """ + Units + " are supported with the memory resource")]
    [InlineData(
        """ "env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.gold"}}}] """,
        """spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gold": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory" """)]
    [InlineData(
        """ "resizePolicy":[{"resourceName":"cpu","restartPolicy":"Maybe"}] """,
        """spec.containers[0].resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer" """)]
    [InlineData(
        """ "lifecycle":{"preStop":{"sleep":{"seconds":9000000000000}}} """,
        "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 9000000000000: must be non-negative and less than terminationGracePeriodSeconds (30)")]
    [InlineData(
        """ "resources":{"limits":{"example.com/gpu":"1500m"}} """,
        """spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "1500m": must be an integer""",
        """spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "1500m": must be an integer""")]
    public void A_container_is_refused_for(string fields, params string[] causes) => AssertCauses<Pod>(
        $$"""{"spec":{"containers":[{"name":"a","image":"a",{{fields}} }],"volumes":[{"name":"v"}]} }""", causes);

    [Theory]
    [InlineData(""" {"secret":{"name":"s","items":[{"key":"k","path":"p"}]}},{"configMap":{"name":"c","items":[{"key":"k","path":"q"}]}} """)]
    [InlineData(
        """ {"secret":{"name":"s","items":[{"key":"k","path":"p"}]}},{"configMap":{"name":"c","items":[{"key":"k","path":"p"}]}} """,
        """spec.volumes[0].projected: Invalid value: "c": conflicting duplicate paths""")]
    [InlineData(
        """ {"secret":{"name":"s"},"configMap":{"name":"c"}} """,
        "spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source")]
    [InlineData(
        """ {"downwardAPI":{"items":[{"path":"p","resourceFieldRef":{"containerName":"a","resource":"limits.cpu","divisor":"-1"}}]}} """,
        """spec.volumes[0].projected.sources[0].downwardAPI.items[0].resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource""")]
    public void A_projected_volume_is_refused_for(string sources, params string[] causes) => AssertCauses<Pod>(
        $$$"""{"spec":{"containers":[{"name":"a","image":"a"}],"volumes":[{"name":"v","projected":{"sources":[{{{sources}}}]}}]}}""", causes);

    [Fact]
    public void Containers_that_run_one_after_the_other_may_have_the_same_port() => AssertCauses<Pod>(
        """
        {"spec":{"containers":[{"name":"a","image":"a"}],"initContainers":[
            {"name":"b","image":"a","ports":[{"containerPort":1,"hostPort":80}]},{"name":"c","image":"a","ports":[{"containerPort":1,"hostPort":80}]}]}}
        """,
        []);

    [Theory]
    [InlineData(""" "externalIPs":["192.0.2.1","2001:db8::1"] """)]
    [InlineData(
        """ "externalIPs":["127.0.0.1","0.0.0.0","224.0.0.1","169.254.169.254","::1","::ffff:127.0.0.1","::"] """,
        """spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)""",
        """spec.externalIPs[1]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)""",
        """spec.externalIPs[2]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)""",
        """spec.externalIPs[3]: Invalid value: "169.254.169.254": may not be in the link-local range (169.254.0.0/16, fe80::/10)""",
        """spec.externalIPs[4]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)""",
        """spec.externalIPs[5]: Invalid value: "::ffff:127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)""",
        """spec.externalIPs[6]: Invalid value: "::": may not be unspecified (::)""")]
    [InlineData(
        """ "clusterIP":"None","clusterIPs":["None","x"] """,
        """spec.clusterIPs: Invalid value: ["None","x"]: 'None' must be the first and only value""",
        """spec.clusterIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)""")]
    [InlineData(""" "clusterIPs":["10.96.0.7"] """, """spec.clusterIPs: Invalid value: ["10.96.0.7"]: must be empty when `clusterIP` is not specified""")]
    [InlineData(
        """ "clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","10.96.0.8"],"ipFamilyPolicy":"PreferDualStack" """,
        """spec.clusterIPs: Invalid value: ["10.96.0.7","10.96.0.8"]: may specify no more than one IP for each IP family""")]
    [InlineData(""" "ipFamilies":["IPv4","IPv4"] """, """spec.ipFamilies[1]: Duplicate value: "IPv4" """)]
    [InlineData(""" "ipFamilyPolicy":"PreferDualStack" """)]
    [InlineData(""" "clusterIP":"None" """)]
    [InlineData(""" "clusterIP":"None","ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6"] """)]
    [InlineData(
        """ "clusterIP":"fd00::7","ipFamilies":["IPv4"] """,
        """spec.clusterIPs[0]: Invalid value: "fd00::7": expected an IPv4 value as indicated by `ipFamilies[0]`""")]
    [InlineData(
        """ "type":"LoadBalancer","loadBalancerClass":"a b" """,
        """spec.loadBalancerClass: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')""")]
    [InlineData(
        """ "trafficDistribution":"Near" """,
        """spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameNode", "PreferSameZone" """)]
    public void A_service_is_refused_for(string fields, params string[] causes) =>
        AssertCauses<Service>($$"""{"spec":{"ports":[{"port":80}],{{fields}} } }""", causes);

    [Theory]
    [InlineData("""["10.244.0.0/24","fd00:244::/64"]""")]
    [InlineData("""["10.244.0.0/24","10.244.1.0/24"]""", """spec.podCIDRs: Invalid value: ["10.244.0.0/24","10.244.1.0/24"]: may specify no more than one CIDR for each IP family""")]
    [InlineData("""["fd00::/64","10.244.1.0/24","10.244.2.0/24"]""", """spec.podCIDRs: Invalid value: ["fd00::/64","10.244.1.0/24","10.244.2.0/24"]: may specify no more than one CIDR for each IP family""")]
    public void A_node_is_refused_for(string ranges, params string[] causes) => AssertCauses<Node>($$"""{"spec":{"podCIDRs":{{ranges}} } }""", causes);

    private static void AssertCauses<T>(string manifest, string[] causes)
        where T : KubernetesObject
    {
        var strategy = Served.Strategy<T>();
        var item = strategy.Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest)));
        Assert.Equal(causes.Select(c => c.TrimEnd()), strategy.Validate(item).Select(e => e.ToString()));
    }
}
