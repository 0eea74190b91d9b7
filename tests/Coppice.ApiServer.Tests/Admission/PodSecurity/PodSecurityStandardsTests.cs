using System.Text;
using Coppice.ApiServer.Admission.PodSecurity;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Tests.Admission.PodSecurity;

/// <summary>Every check of the standard, with the words that Kubernetes has for it.</summary>
public sealed class PodSecurityStandardsTests
{
    private const string Good =
        "\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}}}]";

    [Theory]
    [InlineData("{SPEC}")]
    [InlineData(
        "{\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"appArmorProfile\":{\"type\":\"Off\"}}}]}",
        "forbidden AppArmor profiles (pod and container \"a\" must not set AppArmor profile type to \"Off\", \"Unconfined\")")]
    [InlineData(
        "{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"capabilities\":{\"add\":[\"SYS_ADMIN\",\"CHOWN\",\"NET_RAW\"]}}}]}",
        "non-default capabilities (container \"a\" must not include \"NET_RAW\", \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("{\"hostNetwork\":true,\"hostPID\":true,\"hostIPC\":true}", "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)")]
    [InlineData("{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}]}", "hostPath volumes (volume \"v\")")]
    [InlineData(
        "{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}},{\"name\":\"w\",\"hostPath\":{\"path\":\"/\"}}]}", "hostPath volumes (volumes \"v\", \"w\")")]
    [InlineData(
        "{\"initContainers\":[{\"name\":\"a\",\"ports\":[{\"containerPort\":1,\"hostPort\":90}]}],\"containers\":[{\"name\":\"b\",\"ports\":[{\"containerPort\":1,\"hostPort\":80},{\"containerPort\":2,\"hostPort\":90}]}]}",
        "hostPort (containers \"a\", \"b\" use hostPorts 80, 90)")]
    [InlineData("{\"containers\":[{\"name\":\"a\",\"ports\":[{\"containerPort\":1,\"hostPort\":80}]}]}", "hostPort (container \"a\" uses hostPort 80)")]
    [InlineData(
        "{\"containers\":[{\"name\":\"a\",\"livenessProbe\":{\"httpGet\":{\"port\":1,\"host\":\"h\"}},\"lifecycle\":{\"preStop\":{\"httpGet\":{\"port\":1,\"host\":\"g\"}}}}]}",
        "probe or lifecycle host (container \"a\" uses probe or lifecycle hosts \"g\", \"h\")")]
    [InlineData("{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"privileged\":true}}]}", "privileged (container \"a\" must not set securityContext.privileged=true)")]
    [InlineData(
        "{\"ephemeralContainers\":[{\"name\":\"e\",\"securityContext\":{\"privileged\":true}}]}", "privileged (container \"e\" must not set securityContext.privileged=true)")]
    [InlineData(
        "{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"procMount\":\"Unmasked\"}}]}",
        "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{\"procMount\":\"Unmasked\"}}]}")]
    [InlineData(
        "{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"x\",\"user\":\"u\"}},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"seLinuxOptions\":{\"role\":\"r\"}}}]}",
        "seLinuxOptions (pod and container \"a\" set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set; role may not be set)")]
    [InlineData("{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"container_engine_t\",\"level\":\"s0\"}}}")]
    [InlineData(
        "{\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}}", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("{\"securityContext\":{\"sysctls\":[{\"name\":\"kernel.msgmax\",\"value\":\"1\"},{\"name\":\"net.ipv4.tcp_rmem\",\"value\":\"1\"}]}}", "forbidden sysctls (kernel.msgmax)")]
    [InlineData(
        "{\"securityContext\":{\"windowsOptions\":{\"hostProcess\":true}}}", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    public void The_baseline_refuses(string spec, params string[] violations) => AssertViolations("baseline", spec, violations);

    [Theory]
    [InlineData("{SPEC}")]
    [InlineData(
        "{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}",
        "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)",
        "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])",
        "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)",
        "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    [InlineData("{\"hostNetwork\":true,SPEC}", "host namespaces (hostNetwork=true)")]
    [InlineData(
        "{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}},{\"name\":\"w\",\"nfs\":{\"server\":\"s\",\"path\":\"/\"}},{\"name\":\"x\",\"emptyDir\":{}}],SPEC}",
        "restricted volume types (volumes \"v\", \"w\" use restricted volume types \"hostPath\", \"nfs\")")]
    [InlineData(
        "{\"securityContext\":{\"runAsNonRoot\":false,\"runAsUser\":0,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"containers\":[]}",
        "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)",
        "runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("{\"hostUsers\":false,\"securityContext\":{\"runAsNonRoot\":false,\"runAsUser\":0,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"containers\":[]}")]
    [InlineData(
        "{\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"Localhost\"}},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"runAsUser\":0,\"capabilities\":{\"drop\":[\"ALL\"],\"add\":[\"NET_BIND_SERVICE\",\"CHOWN\"]}}}]}",
        "unrestricted capabilities (container \"a\" must not include \"CHOWN\" in securityContext.capabilities.add)",
        "runAsUser=0 (container \"a\" must not set runAsUser=0)")]
    [InlineData("{\"os\":{\"name\":\"windows\"},\"securityContext\":{\"runAsNonRoot\":true},\"containers\":[{\"name\":\"c\"}]}")]
    public void The_restricted_level_refuses(string spec, params string[] violations) => AssertViolations("restricted", spec, violations);

    [Theory]
    [InlineData("v1.7", "{\"securityContext\":{\"runAsNonRoot\":true},\"containers\":[{\"name\":\"c\"}]}")]
    [InlineData("v1.21", "{\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":0,\"seccompProfile\":{\"type\":\"Localhost\"}},\"containers\":[{\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false}}]}")]
    [InlineData("v1.21", "{\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"Localhost\"}},\"containers\":[{\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"add\":[\"SYS_ADMIN\"]}}}]}",
        "non-default capabilities (container \"c\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("v1.31", "{\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"Localhost\"},\"sysctls\":[{\"name\":\"net.ipv4.tcp_rmem\",\"value\":\"1\"}]},\"containers\":[]}", "forbidden sysctls (net.ipv4.tcp_rmem)")]
    [InlineData("v1.99", "{\"securityContext\":{\"runAsNonRoot\":true},\"containers\":[{\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}}}]}",
        "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    public void An_older_version_asks_what_it_asked_then(string version, string spec, params string[] violations) => AssertViolations("restricted", spec, violations, version);

    [Fact]
    public void Profiles_in_annotations_count_as_they_did()
    {
        var pod = new CheckedPod(
            new() { Annotations = ValueMap.Of(("container.apparmor.security.beta.kubernetes.io/a", "unconfined"), ("seccomp.security.alpha.kubernetes.io/pod", "unconfined")) },
            new PodSpec { Containers = [new Container { Name = "a" }] });

        Assert.Equal(
            [
                "forbidden AppArmor profile (annotation must not set AppArmor profile type to \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\")",
                "seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=\"unconfined\")",
            ],
            PodSecurityStandards.Look(new(SecurityLevel.Baseline, 18), pod).Select(v => v.ToString()));
    }

    private static void AssertViolations(string level, string spec, string[] violations, string version = "latest")
    {
        var policy = PodSecurityPolicy.Of(
            ValueMap.Of(("pod-security.kubernetes.io/enforce", level), ("pod-security.kubernetes.io/enforce-version", version)), out var errors);
        Assert.Empty(errors);
        var pod = ApiJson.Read<PodSpec>(Encoding.UTF8.GetBytes(spec.Replace("SPEC", Good, StringComparison.Ordinal)));
        Assert.Equal(violations, PodSecurityStandards.Look(policy.Enforce, new(new(), pod)).Select(v => v.ToString()));
    }
}
