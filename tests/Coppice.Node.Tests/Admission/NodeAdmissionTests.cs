using Coppice.Node.Admission;

namespace Coppice.Node.Tests.Admission;

/// <summary>What a node refuses of a pod because it could not give it, or must not.</summary>
public sealed class NodeAdmissionTests
{
    private static readonly Objects.Core.Node Node = Given.Read<Objects.Core.Node>(
        """{"metadata":{"name":"n1","labels":{"disk":"ssd"}},"spec":{"taints":[{"key":"new","effect":"NoSchedule"}]}}""");

    [Theory]
    [InlineData("{}", "TaintToleration")]
    [InlineData("""{"tolerations":[{"operator":"Exists"}]}""", null)]
    public void A_taint_that_would_end_the_pod_keeps_it_away(string spec, string? reason)
    {
        var tainted = Given.Read<Objects.Core.Node>("""{"spec":{"taints":[{"key":"broken","effect":"NoExecute"}]}}""");
        var termination = NodeAdmission.Reject(Given.Pod(spec), tainted, [], default, hasAppArmor: false);
        Assert.Equal(
            (reason, reason is null ? null : "Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"),
            (termination?.Reason, termination?.Message));
    }

    [Theory]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"}]}}""", null, null)]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"net/ipv4/tcp_syncookies","value":"1"}]}}""", null, null)]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"kernel.core_pattern","value":"|/bin/sh"}]}}""", "SysctlForbidden", "forbidden sysctl: \"kernel.core_pattern\" not allowlisted")]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"}]}}""", "SysctlForbidden", "forbidden sysctl: \"net.core.somaxconn\" not allowlisted")]
    [InlineData("""{"hostNetwork":true,"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"}]}}""", "SysctlForbidden", "forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host net enabled")]
    [InlineData("""{"hostIPC":true,"securityContext":{"sysctls":[{"name":"kernel.shm_rmid_forced","value":"1"}]}}""", "SysctlForbidden", "forbidden sysctl: \"kernel.shm_rmid_forced\" not allowed with host ipc enabled")]
    [InlineData("""{"securityContext":{"supplementalGroupsPolicy":"Strict"}}""", "SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node")]
    [InlineData("""{"containers":[{"name":"a","securityContext":{"appArmorProfile":{"type":"RuntimeDefault"}}}]}""", "AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")]
    [InlineData("""{"securityContext":{"appArmorProfile":{"type":"Unconfined"}}}""", null, null)]
    [InlineData("""{"nodeSelector":{"disk":"ssd"}}""", null, null)]
    [InlineData("""{"nodeSelector":{"disk":"hdd"}}""", "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")]
    [InlineData(
        """{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"disk","operator":"NotIn","values":["ssd"]}]}]}}}}""",
        "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")]
    [InlineData("""{"os":{"name":"linux"}}""", null, null)]
    [InlineData("""{"os":{"name":"windows"}}""", "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")]
    public void Is_said_in_the_kubelets_words(string spec, string? reason, string? message)
    {
        var termination = NodeAdmission.Reject(Given.Pod(spec), Node, [], default, hasAppArmor: false);
        Assert.Equal((reason, message is null ? null : "Pod was rejected: " + message), (termination?.Reason, termination?.Message));
    }
}
