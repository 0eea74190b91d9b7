using Coppice.Node.Admission;

namespace Coppice.Node.Tests.Admission;

/// <summary>What a node refuses of a pod because it could not give it, or must not.</summary>
public sealed class NodeAdmissionTests
{
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
    public void Is_said_in_the_kubelets_words(string spec, string? reason, string? message)
    {
        var termination = NodeAdmission.Reject(Given.Pod(spec), [], default, hasAppArmor: false);
        Assert.Equal((reason, message is null ? null : "Pod was rejected: " + message), (termination?.Reason, termination?.Message));
    }
}
