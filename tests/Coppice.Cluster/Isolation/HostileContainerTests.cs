using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Isolation;

/// <summary>Containers that try to reach the host: by the kernel's files, and by what they write into their volumes.</summary>
public sealed class HostileContainerTests(SharedCluster shared)
{
    // What it can do is said; nothing is changed if it can: what it writes is what was there.
    private const string Attack = """
        for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory; do
            was=$(cat $f); (echo "$was" > $f) 2>/dev/null && echo "writes $f"
        done
        (: >> /proc/sysrq-trigger) 2>/dev/null && echo "opens sysrq-trigger"
        for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts; do [ -n "$(head -c 8 $f 2>/dev/null)" ] && echo "reads $f"; done
        for d in /sys/firmware /proc/scsi /proc/acpi; do [ -n "$(ls $d 2>/dev/null)" ] && echo "lists $d"; done
        for d in /sys/devices/system/cpu/cpu*/thermal_throttle; do [ -n "$(ls $d 2>/dev/null)" ] && echo "lists $d"; done
        echo done
        """;

    [Fact]
    public async Task No_container_without_privileges_changes_or_sees_the_nodes_kernel()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "configmap", "attack", $"--from-literal=run={Attack}");
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: hostile}
            spec:
              terminationGracePeriodSeconds: 0
              volumes: [{name: attack, configMap: {name: attack}}]
              initContainers:
              - {name: init, image: coppice/testapp:1, command: [sh, /attack/run], volumeMounts: [{name: attack, mountPath: /attack}]}
              - {name: sidecar, image: coppice/testapp:1, restartPolicy: Always, command: [sh, -c, 'sh /attack/run; exec testapp serve --port=8081'], volumeMounts: [{name: attack, mountPath: /attack}]}
              containers:
              - {name: app, image: coppice/testapp:1, command: [sh, -c, 'sh /attack/run; exec testapp serve'], volumeMounts: [{name: attack, mountPath: /attack}]}
              - name: privileged
                image: coppice/testapp:1
                securityContext: {privileged: true}
                command: [sh, -c, 'sh /attack/run; exec testapp serve --port=8082']
                volumeMounts: [{name: attack, mountPath: /attack}]
            """);
        await ns.PodIsReadyAsync("hostile", Patience);
        await ns.RunAsync("debug", "hostile", "--image=coppice/testapp:1", "--container=debugger", "--", "sh", "-c", Attack);
        await ns.SeesAsync("pod/hostile", ".status.ephemeralContainerStatuses[0].state.terminated.reason", "Completed", Patience);

        foreach (var container in (string[])["init", "sidecar", "app", "debugger"])
        {
            Assert.StartsWith("done\n", await TriedAsync(container));
        }

        Assert.Contains("writes /proc/sys/vm/overcommit_memory", await TriedAsync("privileged"));

        // A container counts as ready when it runs, which is before it has tried everything.
        Task<string> TriedAsync(string container) =>
            Eventually.SeeAsync($"the end of what {container} tries", Patience, () => ns.RunAsync("logs", "hostile", "-c", container), seen => seen.Contains("done\n"));
    }

    [Fact]
    public async Task Nothing_that_a_pod_writes_into_its_volume_shows_it_the_host()
    {
        var ns = await shared.NewNamespaceAsync();
        string[] paths = ["etc", "etc/passwd", "passwd", "d/sub", "d/sub/..bare", "up/passwd", "self", "loop", "gone/x"];
        var containers = paths.Select((path, number) => $$"""
              - name: c{{number}}
                image: coppice/testapp:1
                command: [sh, -c, 'ls -la /shown; head -c 100 /shown/passwd /shown; sleep 1000']
                env: [{name: PART, value: "{{path}}"}]
                volumeMounts: [{name: v, mountPath: /shown, {{(number % 2 == 0 ? $"subPath: \"{path}\"" : "subPathExpr: $(PART)")}} }]
            """);
        await ns.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: hostile}
            spec:
              terminationGracePeriodSeconds: 0
              volumes: [{name: v, emptyDir: {} }]
              initContainers:
              - name: prepare
                image: coppice/testapp:1
                command: [sh, -c, 'cd /v; ln -s /etc etc; ln -s etc/passwd passwd; mkdir d good; echo mine > good/file; ln -s ../etc d/sub; ln -s ../../../../../../../../../etc up; ln -s /proc/1/root self; ln -s loop loop; ln -s /nowhere/at/all gone; ln -s good/file link']
                volumeMounts: [{name: v, mountPath: /v}]
              containers:
              - {name: fine, image: coppice/testapp:1, command: [sh, -c, 'cat /shown; sleep 1000'], volumeMounts: [{name: v, mountPath: /shown, subPath: link}]}
            {{string.Join('\n', containers)}}
            """);

        for (var number = 0; number < paths.Length; number++)
        {
            var status = $".status.containerStatuses[?(@.name==\"c{number}\")].state.waiting";
            await ns.SeesAsync("pod/hostile", status + ".reason", "CreateContainerConfigError", Patience);
            Assert.Matches($"^failed to (prepare subPath|create subPath directory) for volumeMount \"v\" of container \"c{number}\"$", await ns.ValueAsync("pod/hostile", status + ".message"));
        }

        await Eventually.SeeAsync("what is in the volume", Patience, () => ns.RunAsync("logs", "hostile", "-c", "fine"), seen => seen == "mine\n");
        await Eventually.SeeAsync("why c0 does not start", Patience, () => ns.RunAsync("get", "events"),
            seen => seen.Contains("Error: failed to prepare subPath for volumeMount \"v\" of container \"c0\""));
        Assert.DoesNotContain("volume-subpaths", await File.ReadAllTextAsync("/proc/self/mountinfo"));
    }

    [Fact]
    public async Task What_a_part_of_a_volume_was_when_its_container_started_is_what_it_stays()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: parts}
            spec:
              terminationGracePeriodSeconds: 0
              securityContext: {runAsUser: 1000}
              volumes: [{name: v, emptyDir: {}}]
              containers:
              - {name: writer, image: coppice/testapp:1, command: [testapp, serve], volumeMounts: [{name: v, mountPath: /v}]}
              - {name: reader, image: coppice/testapp:1, command: [sh, -c, 'echo start >> /part/log; sleep 1000'], volumeMounts: [{name: v, mountPath: /part, subPath: made/here}]}
            """);
        await ns.PodIsReadyAsync("parts", Patience);
        await Eventually.SeeAsync("what the reader has written", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "exec", "parts", "-c", "writer", "--", "cat", "/v/made/here/log"), seen => seen.Output == "start\n");

        await ns.RunAsync("exec", "parts", "-c", "writer", "--", "sh", "-c", "mv /v/made/here /v/made/moved && ln -s /etc /v/made/here");
        Assert.Equal("start\n", await ns.RunAsync("exec", "parts", "-c", "reader", "--", "cat", "/part/log"));
        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "parts", "reader", Signal.Kill);
        await ns.SeesAsync("pod/parts", ".status.containerStatuses[?(@.name==\"reader\")].state.waiting.reason", "CreateContainerConfigError", Patience);
    }

    [Fact]
    public async Task A_pod_is_gone_whatever_it_has_left_in_its_volume()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: untidy}
            spec:
              terminationGracePeriodSeconds: 0
              volumes: [{name: v, emptyDir: {}}]
              containers:
              - name: app
                image: coppice/testapp:1
                command: [sh, -c, 'cd /v; touch "$(printf "not\377text")"; ln -s /etc etc; i=0; while [ $i -lt 400 ]; do mkdir deep-enough-for-any-path && cd deep-enough-for-any-path || break; i=$((i+1)); done; cd /; exec testapp serve']
                volumeMounts: [{name: v, mountPath: /v}]
            """);
        await ns.PodIsReadyAsync("untidy", Patience);
        var uid = await ns.ValueAsync("pod/untidy", ".metadata.uid");
        await ns.RunAsync("delete", "pod", "untidy", "--timeout=120s");
        await Eventually.TrueAsync("its files are gone", Patience, () => !Directory.Exists(Path.Combine(ns.Cluster.DataDirectory, "pods", uid)));
    }

    [Fact]
    public async Task What_a_node_cannot_give_is_refused_and_not_passed_over()
    {
        var ns = await shared.NewNamespaceAsync();
        const string Container = "containers: [{name: app, image: coppice/testapp:1, args: [serve]}]";
        await ns.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: unsafe}
            spec: {securityContext: {sysctls: [{name: kernel.msgmax, value: "65536"}]}, {{Container}} }
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: safe}
            spec: {terminationGracePeriodSeconds: 0, securityContext: {sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "80"}]}, {{Container}} }
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: own-users}
            spec: {hostUsers: false, {{Container}} }
            """);
        await ns.SeesAsync("pod/unsafe", ".status.reason", "SysctlForbidden", Patience);
        Assert.Equal("Failed", await ns.ValueAsync("pod/unsafe", ".status.phase"));
        await ns.PodIsReadyAsync("safe", Patience);
        Assert.Equal("80\n", await ns.RunAsync("exec", "safe", "--", "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"));
        await Eventually.SeeAsync("why there are no users of its own", Patience, () => ns.RunAsync("get", "events"),
            seen => seen.Contains("Failed to create pod sandbox: RuntimeClass handler \"\" does not support user namespaces"));

        var refused = await (ns.Cluster.Kubectl.CommandFor(KubectlVersion.Newest, "-n", ns.Name, "apply", "-f", "-") with
        {
            Input = """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec: {containers: [{name: app, image: x, securityContext: {procMount: Unmasked}}]}
                """,
        }).RunAsync();
        Assert.Contains("spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`", refused.Error);
    }
}
