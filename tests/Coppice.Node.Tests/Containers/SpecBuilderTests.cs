using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Cri;
using ProfileType = Coppice.Node.Runtime.Cri.Wire.SecurityProfile.Types.ProfileType;

namespace Coppice.Node.Tests.Containers;

public sealed class SpecBuilderTests
{
    private static readonly SandboxSettings Settings = new(
        "node-1", ["10.96.0.10"], "cluster.local", new DnsSettings(["1.1.1.1"], ["lan"], ["edns0"]), "/var/log/pods", new CgroupTree("/coppice"));

    private static readonly ImageRecord Image = new("sha256:1", [], [], 1, null);

    [Theory]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"}}""", PodQuality.Guaranteed)]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}""", PodQuality.Burstable)]
    [InlineData("""{"requests":{"memory":"1Gi"}}""", PodQuality.Burstable)]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"0","memory":"1Gi"}}""", PodQuality.Burstable)]
    [InlineData("""{"requests":{"ephemeral-storage":"1Gi"}}""", PodQuality.BestEffort)]
    [InlineData("{}", PodQuality.BestEffort)]
    public void Requests_and_limits_give_the_quality_of_service(string resources, PodQuality quality) =>
        Assert.Equal(quality, QualityOfService.Of(Given.Pod($$"""{"containers":[{"name":"main","resources":{{resources}}}]}""")));

    [Fact]
    public void A_pods_sandbox_has_the_clusters_names_and_its_place_among_the_cgroups()
    {
        var spec = SandboxSpecBuilder.Build(Given.Pod("""{"containers":[{"name":"main","ports":[{"containerPort":80,"hostPort":8080}]}]}"""), 2, Settings);
        Assert.Equal(("web", 2, "/var/log/pods/shop_web_u1", "/coppice/pods/besteffort/podu1"), (spec.Hostname, spec.Attempt, spec.LogDirectory, spec.CgroupParent));
        Assert.Equal(["10.96.0.10"], spec.Dns.Servers);
        Assert.Equal(["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "lan"], spec.Dns.Searches);
        Assert.Equal(["ndots:5"], spec.Dns.Options);
        Assert.Equal([new PortMapping("TCP", 80, 8080, "")], spec.PortMappings);
    }

    [Theory]
    [InlineData("""{"containers":[{"name":"main"}]}""", false)]
    [InlineData("""{"containers":[{"name":"main","securityContext":{"privileged":true}}]}""", true)]
    [InlineData("""{"containers":[{"name":"main"}],"initContainers":[{"name":"first","securityContext":{"privileged":true}}]}""", true)]
    [InlineData("""{"containers":[{"name":"main"}],"ephemeralContainers":[{"name":"debugger","securityContext":{"privileged":true}}]}""", true)]
    public void One_privileged_container_of_any_kind_makes_the_sandbox_privileged(string spec, bool isPrivileged) =>
        Assert.Equal(isPrivileged, SandboxSpecBuilder.Build(Given.Pod(spec), 0, Settings).Security.Privileged);

    [Theory]
    [InlineData("""{}""", "web", "web", null)]
    [InlineData("""{"hostname":"a","subdomain":"b"}""", "a", "a", "b.shop.svc.cluster.local")]
    [InlineData("""{"hostname":"a","subdomain":"b","setHostnameAsFQDN":true}""", "a.b.shop.svc.cluster.local", "a", "b.shop.svc.cluster.local")]
    [InlineData("""{"setHostnameAsFQDN":true}""", "web", "web", null)]
    [InlineData("""{"hostnameOverride":"x.example","subdomain":"b"}""", "x.example", "x.example", null)]
    public void A_pod_is_called_by_its_name_and_with_its_domain_if_it_wants_that(string spec, string hostname, string shortName, string? domain)
    {
        var pod = Given.Pod(spec);
        Assert.Equal(
            (hostname, shortName, domain),
            (SandboxSpecBuilder.Hostname(pod, Settings), SandboxSpecBuilder.ShortName(pod, Settings), SandboxSpecBuilder.Domain(pod, Settings.ClusterDomain)));
    }

    [Fact]
    public void A_name_with_its_domain_that_the_kernel_does_not_take_is_refused()
    {
        var pod = Given.Pod("""{"hostname":"a-rather-long-name-of-a-pod","subdomain":"in-a-long-subdomain","setHostnameAsFQDN":true}""");
        Assert.Equal(
            "failed to construct FQDN from pod hostname and cluster domain, FQDN a-rather-long-name-of-a-pod.in-a-long-subdomain.shop.svc.cluster.local is too long (64 characters is the max, 70 characters requested)",
            Assert.Throws<ContainerConfigException>(() => SandboxSpecBuilder.Build(pod, 0, Settings)).Message);
    }

    [Fact]
    public void A_pod_on_the_hosts_network_keeps_the_hosts_name_and_resolver()
    {
        var spec = SandboxSpecBuilder.Build(Given.Pod("""{"hostNetwork":true,"containers":[{"name":"main"}]}"""), 0, Settings);
        Assert.Equal("", spec.Hostname);
        Assert.Equal(["1.1.1.1"], spec.Dns.Servers);
        Assert.True(spec.Sharing.HostNetwork);
    }

    [Fact]
    public void A_pods_own_resolver_settings_are_added_and_win()
    {
        var spec = SandboxSpecBuilder.Build(
            Given.Pod("""{"dnsConfig":{"nameservers":["9.9.9.9"],"searches":["mine"],"options":[{"name":"ndots","value":"2"},{"name":"rotate"}]},"containers":[{"name":"main"}]}"""), 0, Settings);
        Assert.Equal(["10.96.0.10", "9.9.9.9"], spec.Dns.Servers);
        Assert.Equal("mine", spec.Dns.Searches[^1]);
        Assert.Equal(["ndots:2", "rotate"], spec.Dns.Options);
    }

    [Fact]
    public void A_container_has_its_words_expanded_and_its_security_from_itself_then_the_pod()
    {
        var spec = Build("""
            {"securityContext":{"runAsUser":1000,"runAsGroup":1000,"fsGroup":2000,"seccompProfile":{"type":"RuntimeDefault"}},
             "containers":[{"name":"main","image":"web:1","command":["run"],"args":["$(WHO)","$(NOBODY)"],
               "securityContext":{"runAsUser":7,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}},
               "resources":{"requests":{"cpu":"250m","memory":"512Mi"},"limits":{"cpu":"500m","memory":"1Gi"}}}]}
            """);
        Assert.Equal(["me", "$(NOBODY)"], spec.Arguments);
        Assert.Equal((7, 1000, true), (spec.Security.RunAsUser, spec.Security.RunAsGroup, spec.Security.NoNewPrivileges));
        Assert.Equal(new SecurityRestriction(SecurityRestrictionKind.RuntimeDefault), spec.Security.Seccomp);
        Assert.Equal([2000], spec.Security.SupplementalGroups);
        Assert.Equal(["ALL"], spec.Security.DropCapabilities);
        Assert.Equal(new ContainerResources(256, 50_000, 100_000, 1 << 30, 875), spec.Resources);
        Assert.Equal(("main/3.log", "/dev/termination-log"), (spec.LogPath, spec.TerminationMessagePath));
    }

    [Theory]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"}}""", -997)]
    [InlineData("{}", 1000)]
    [InlineData("""{"requests":{"cpu":"1"}}""", 999)]
    [InlineData("""{"requests":{"memory":"4Gi"}}""", 3)]
    public void Who_promised_least_is_killed_first(string resources, int score) =>
        Assert.Equal(score, Build($$"""{"containers":[{"name":"main","resources":{{resources}}}]}""").Resources.OomScoreAdjust);

    [Fact]
    public void What_a_pod_asks_for_as_a_whole_binds_its_containers_and_protects_them()
    {
        var spec = Build("""
            {"resources":{"requests":{"cpu":"1","memory":"3Gi"},"limits":{"cpu":"2","memory":"3Gi"}},
             "containers":[{"name":"main","resources":{"requests":{"memory":"1Gi"}}},{"name":"other"}]}
            """);
        // 4 GiB in all: its own 1 GiB, and half of the 2 GiB that nobody asks for by himself.
        Assert.Equal(new ContainerResources(2, 200_000, 100_000, 3L << 30, 500), spec.Resources);
    }

    [Theory]
    [InlineData(null, "container has runAsNonRoot and image will run as root (pod: \"web_shop(u1)\", container: main)")]
    [InlineData("nginx", "container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root (pod: \"web_shop(u1)\", container: main)")]
    public void Who_must_not_be_root_is_refused_when_that_is_not_certain(string? user, string message)
    {
        const string Spec = """{"securityContext":{"runAsNonRoot":true},"containers":[{"name":"main"}]}""";
        Assert.Equal(message, Assert.Throws<ContainerConfigException>(() => Build(Spec, Image with { User = user })).Message);
        Assert.NotNull(Build(Spec, Image with { User = "1000:1000" }));
    }

    [Theory]
    [InlineData("profiles/web.json", "/profiles/profiles/web.json")]
    [InlineData("../../etc/passwd", null)]
    [InlineData("a/../../b", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("", null)]
    public void A_profile_of_the_nodes_own_comes_from_its_directory_alone(string name, string? file)
    {
        string Spec(string profile) => $$"""{"containers":[{"name":"main","securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"{{profile}}"} } }]}""";
        if (file is null)
        {
            Assert.Throws<ContainerConfigException>(() => Build(Spec(name)));
        }
        else
        {
            Assert.Equal(new SecurityRestriction(SecurityRestrictionKind.Localhost, file), Build(Spec(name)).Security.Seccomp);
        }
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"procMount":"Default"}""", true)]
    [InlineData("""{"procMount":"Unmasked"}""", false)]
    [InlineData("""{"privileged":true}""", false)]
    public void Who_is_not_privileged_sees_and_changes_nothing_of_the_nodes_kernel(string security, bool isMasked)
    {
        var spec = Build($$"""{"containers":[{"name":"main","securityContext":{{security}} }]}""");
        var asked = CriRequests.Container("s1", spec).Config.Linux.SecurityContext;
        Assert.Equal(isMasked, asked.MaskedPaths.Contains("/proc/kcore"));
        Assert.Equal(isMasked, asked.MaskedPaths.Contains("/proc/interrupts"));
        Assert.Equal(isMasked, asked.MaskedPaths.Contains("/sys/firmware"));
        Assert.Equal(isMasked ? ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"] : [], asked.ReadonlyPaths);
    }

    [Fact]
    public void A_sandbox_has_the_runtimes_profile_whatever_its_pod_says()
    {
        var sandbox = SandboxSpecBuilder.Build(Given.Pod("""{"securityContext":{"seccompProfile":{"type":"Unconfined"}},"containers":[{"name":"main"}]}"""), 0, Settings);
        Assert.Equal(ProfileType.RuntimeDefault, CriRequests.Sandbox(sandbox).Linux.SecurityContext.Seccomp.ProfileType);
    }

    [Fact]
    public void What_a_pod_says_of_AppArmor_and_SELinux_reaches_the_runtime()
    {
        var spec = Build("""
            {"securityContext":{"seLinuxOptions":{"level":"s0:c1"},"appArmorProfile":{"type":"RuntimeDefault"}},
             "containers":[{"name":"main","securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"mine"}}}]}
            """);
        var asked = CriRequests.Container("s1", spec).Config.Linux.SecurityContext;
        Assert.Equal((ProfileType.Localhost, "mine", "s0:c1"), (asked.Apparmor.ProfileType, asked.Apparmor.LocalhostRef, asked.SelinuxOptions.Level));
        Assert.Equal("s0:c1", CriRequests.Sandbox(spec.Sandbox).Linux.SecurityContext.SelinuxOptions.Level);
        Assert.Null(CriRequests.Container("s1", Build("""{"containers":[{"name":"main"}]}""")).Config.Linux.SecurityContext.Apparmor);
    }

    [Theory]
    [InlineData(null, 0L, null)]
    [InlineData("1000:1000", 1000L, null)]
    [InlineData("nginx:www", null, "nginx")]
    public void A_group_alone_goes_with_the_images_user(string? imageUser, long? user, string? name)
    {
        var security = Build("""{"containers":[{"name":"main","securityContext":{"runAsGroup":3000}}]}""", Image with { User = imageUser }).Security;
        Assert.Equal((user, name, 3000L), (security.RunAsUser, security.RunAsUserName, security.RunAsGroup));
    }

    [Fact]
    public void Users_of_its_own_are_refused_and_not_passed_over() =>
        Assert.Equal(
            "RuntimeClass handler \"\" does not support user namespaces",
            Assert.Throws<ContainerConfigException>(() => Build("""{"hostUsers":false,"containers":[{"name":"main"}]}""")).Message);

    private static ContainerSpec Build(string podSpec, ImageRecord? image = null)
    {
        var pod = Given.Pod(podSpec);
        var sandbox = SandboxSpecBuilder.Build(pod, 0, Settings);
        return ContainerSpecBuilder.Build(pod, pod.Spec.Containers[0], new ContainerInputs(3, sandbox, image ?? Image, [new("WHO", "me")], [], 4L << 30) { SeccompRoot = "/profiles" });
    }
}
