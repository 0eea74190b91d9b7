using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Row 001.17: whole namespaces, and everything of a label, are deleted, and nothing hangs.</summary>
public sealed class CleaningUpTests(SharedCluster shared)
{
    private const string Everything = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {kiamol: ch12}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], volumeMounts: [{name: data, mountPath: /data}]}]
              volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data, labels: {kiamol: ch12}}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {kiamol: ch12}}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, labels: {kiamol: ch12}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: keys, labels: {kiamol: ch12}}

        """;

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_namespace_goes_with_all_that_is_in_it(KubectlVersion version)
    {
        var cluster = await shared.GetAsync();
        var (name, label) = ($"ch12-{version}".ToLowerInvariant(), $"kiamol=ch12-{version}");
        await cluster.Kubectl.RunAsync(version, "create", "namespace", name);
        await cluster.Kubectl.RunAsync(version, "label", "namespace", name, label);
        await (cluster.Kubectl.CommandFor(version, "-n", name, "apply", "-f", "-") with { Input = Everything }).RunAsync();
        await cluster.Kubectl.RunAsync(version, "-n", name, "rollout", "status", "deployment/web", "--timeout=120s");

        Assert.StartsWith($"namespace \"{name}\" deleted", await cluster.Kubectl.RunAsync(version, "delete", "ns", "-l", label, "--timeout=120s"));
        Assert.Null(await cluster.Kubectl.GetAsync("namespace", name));
        Assert.Equal("", await cluster.Kubectl.RunAsync(version, "get", "pods,services,deployments,configmaps,secrets,pvc", "-n", name, "-o", "name"));
        await cluster.Kubectl.RunAsync(version, "create", "namespace", name);
        await cluster.Kubectl.RunAsync(version, "delete", "namespace", name, "--wait=false");
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Everything_of_a_label_goes_and_the_rest_stays(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Everything);
        await ns.RunAsync("create", "configmap", "other");
        await ns.RunAsync("rollout", "status", "deployment/web", "--timeout=120s");

        var deleted = await ns.RunAsync(version, "delete", "all", "-l", "kiamol=ch12", "--timeout=120s");
        Assert.Contains("service \"web\" deleted", deleted);
        Assert.Contains("deployment.apps \"web\" deleted", deleted);
        await Eventually.SeeAsync("no pods and replica sets", Patience, () => ns.RunAsync("get", "pods,replicasets", "-o", "name"), seen => seen.Length == 0);
        await ns.RunAsync(version, "delete", "secret,configmap,pvc", "-l", "kiamol=ch12", "--timeout=120s");
        Assert.Equal("configmap/kube-root-ca.crt\nconfigmap/other\n", await ns.RunAsync("get", "configmaps,secrets,pvc", "-o", "name"));
    }
}
