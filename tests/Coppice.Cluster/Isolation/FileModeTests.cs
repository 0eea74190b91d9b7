using Coppice.Cluster.Harness;
using Coppice.Cluster.Smoke;
using Coppice.Testing;

namespace Coppice.Cluster.Isolation;

/// <summary>Whatever umask coppice is started under, and whoever made the data directory: containers can use their files, and strangers none.</summary>
public sealed class FileModeTests
{
    private const UnixFileMode Open = (UnixFileMode)0x1ED; // 0755

    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: user, labels: {app: user}}
        spec:
          terminationGracePeriodSeconds: 0
          securityContext: {runAsUser: 1000, runAsGroup: 1000}
          volumes:
          - {name: keys, secret: {secretName: keys, items: [{key: key, path: key}, {key: deep, path: a/b/deep}]}}
          - {name: labels, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
          - {name: work, emptyDir: {}}
          - {name: memory, emptyDir: {medium: Memory}}
          containers:
          - name: app
            image: coppice/testapp:1
            command: [testapp, serve]
            volumeMounts:
            - {name: keys, mountPath: /keys}
            - {name: keys, mountPath: /key, subPath: key}
            - {name: labels, mountPath: /labels}
            - {name: work, mountPath: /space}
            - {name: work, mountPath: /part, subPath: a/part}
            - {name: memory, mountPath: /memory}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: group}
        spec:
          terminationGracePeriodSeconds: 0
          securityContext: {runAsUser: 1000, fsGroup: 2000}
          volumes: [{name: keys, secret: {secretName: keys, defaultMode: 0400}}, {name: work, emptyDir: {}}, {name: memory, emptyDir: {medium: Memory}}]
          containers:
          - name: app
            image: coppice/testapp:1
            command: [testapp, serve]
            volumeMounts: [{name: keys, mountPath: /keys}, {name: work, mountPath: /space}, {name: memory, mountPath: /memory}]
        """;

    [Theory]
    [InlineData("077", null)]
    [InlineData("022", Open)]
    [InlineData("000", Open)]
    public async Task Containers_can_use_their_files_and_strangers_on_the_host_none(string umask, UnixFileMode? mode)
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Umask = umask, DataDirectoryMode = mode });
        await FirstSteps.TakeAsync(cluster);
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("create", "secret", "generic", "keys", "--from-literal=key=of the pod", "--from-literal=deep=too");
        await ns.ApplyAsync(Pods);
        await ns.PodIsReadyAsync("user", Patience);
        await ns.PodIsReadyAsync("group", Patience);

        // 1. as somebody who is not root
        Assert.Equal("0022\n", await ns.RunAsync("exec", "user", "--", "sh", "-c", "umask"));
        Assert.Equal("of the pod\ntoo\nof the pod\napp=\"user\"\n", await ns.RunAsync(
            "exec", "user", "--", "sh", "-c", "for f in /keys/key /keys/a/b/deep /key /labels/labels; do cat $f; echo; done"));
        await ns.RunAsync("exec", "user", "--", "sh", "-ec", """
            cat /etc/hosts /etc/resolv.conf /etc/hostname /var/run/secrets/kubernetes.io/serviceaccount/token > /dev/null
            ls / /etc > /dev/null
            echo x > /space/file; echo x > /part/file; echo x > /memory/file; echo x > /dev/termination-log
            """);
        Assert.Equal("2000 2777\n2000 2777\n2000 440\n", await ns.RunAsync("exec", "group", "--", "sh", "-ec", """
            echo x > /space/file; echo x > /memory/file; cat /keys/key /var/run/secrets/kubernetes.io/serviceaccount/token > /dev/null
            for f in /space /memory /keys/..data/key; do stat -c '%g %a' $f; done
            """));

        // 2. as a stranger on the host, for whom at most the data directory itself is open
        var stranger = await new Command("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "find", cluster.DataDirectory, "-mindepth", "1", "-readable", "-o", "-mindepth", "1", "-executable").RunAsync();
        Assert.Equal("", stranger.Output);

        // 3. nobody else's files
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{cluster.Coppice}-*"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"clr-debug-pipe-{cluster.Coppice}-*"));
    }
}
