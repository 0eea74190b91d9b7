using System.Text;
using System.Text.Json.Nodes;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rules of the cluster's own over what is written to it, and over who waits, as kubectl makes and meets them.</summary>
public sealed class PolicyTests(SharedCluster shared)
{
    private const int HookPort = 8444;

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_policy_refuses_warns_and_ends(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        var name = $"{ns.Name}-{version}".ToLowerInvariant();
        await ns.ApplyAsync(
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: {{name}}}
            spec:
              failurePolicy: Fail
              matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
              matchConditions: [{name: not-free, expression: "!has(object.metadata.labels) || !('free' in object.metadata.labels)"}]
              paramKind: {apiVersion: v1, kind: ConfigMap}
              variables: [{name: most, expression: "int(params.data.most)"}]
              validations:
              - expression: object.spec.replicas <= variables.most
                messageExpression: "'at most ' + string(variables.most) + ' replicas, not ' + string(object.spec.replicas)"
                reason: Forbidden
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: {{name}}}
            spec:
              policyName: {{name}}
              paramRef: {name: bounds, parameterNotFoundAction: Deny}
              validationActions: [Deny]
              matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ns.Name}} } } }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: bounds}
            data: {most: "2"}
            """);
        await Eventually.SeeAsync("a deployment that is refused", Patience, async () =>
        {
            await ns.RunAsync(version, "delete", "deployment", "three", "--ignore-not-found");
            return await CreateAsync("three", 3);
        }, seen => seen.Error.Contains($"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request: at most 2 replicas, not 3", StringComparison.Ordinal));
        (await CreateAsync("two", 2)).OrThrow();
        Assert.Contains("at most 2 replicas, not 5", (await ns.TryAsync(version, "patch", "deployment", "two", "--patch", """{"spec":{"replicas":5}}""")).Error);

        // What the policy is not about, and what its bounds become.
        await ns.RunAsync(version, "patch", "deployment", "two", "--patch", """{"metadata":{"labels":{"free":""}},"spec":{"replicas":0}}""");
        await ns.RunAsync(version, "patch", "deployment", "two", "--patch", """{"spec":{"replicas":3}}""");
        await ns.RunAsync(version, "patch", "configmap", "bounds", "--patch", """{"data":{"most":"4"}}""");
        await Eventually.SeeAsync("wider bounds", Patience, () => CreateAsync("four", 4), seen => seen.Succeeded || seen.Error.Contains("already exists", StringComparison.Ordinal));

        await ns.RunAsync(version, "patch", "validatingadmissionpolicybinding", name, "--type=merge", "--patch", """{"spec":{"validationActions":["Warn"]}}""");
        var patched = await Eventually.SeeAsync(
            "a warning", Patience, () => ns.TryAsync(version, "patch", "deployment", "four", "--patch", """{"spec":{"replicas":6}}"""), seen => seen.Succeeded);
        Assert.Contains("at most 4 replicas, not 6", patched.Error);
        await ns.RunAsync(version, "delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name);

        Task<CommandResult> CreateAsync(string deployment, int replicas) =>
            ns.TryAsync(version, "create", "deployment", deployment, "--image=nginx:1.16.0", $"--replicas={replicas}");
    }

    [Fact]
    public async Task A_policy_changes_what_is_made()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingAdmissionPolicy
            metadata: {name: {{ns.Name}}}
            spec:
              matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
              reinvocationPolicy: IfNeeded
              mutations:
              - patchType: ApplyConfiguration
                applyConfiguration: {expression: "Object{metadata: Object.metadata{labels: {'team': namespaceObject.metadata.name} } }"}
              - patchType: JSONPatch
                jsonPatch: {expression: "[JSONPatch{op: 'add', path: '/data', value: {'from': request.userInfo.username} }]"}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingAdmissionPolicyBinding
            metadata: {name: {{ns.Name}}}
            spec: {policyName: {{ns.Name}}, matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ns.Name}} } } } }
            """);
        await Eventually.SeeAsync("a map with more than it was made with", Patience, async () =>
        {
            await ns.RunAsync("delete", "configmap", "m", "--ignore-not-found");
            await ns.RunAsync("create", "configmap", "m");
            return await ns.RunAsync("get", "configmap", "m", "-o", "jsonpath={.metadata.labels.team} {.data.from}");
        }, seen => seen == $"{ns.Name} kubernetes-admin");

        // As it would be, and nothing was written.
        Assert.Contains($"team: {ns.Name}", await ns.RunAsync("create", "configmap", "dry", "--dry-run=server", "-o", "yaml"));
        Assert.DoesNotContain("dry", await ns.RunAsync("get", "configmaps", "-o", "name"));
        await ns.RunAsync("delete", "mutatingadmissionpolicybinding,mutatingadmissionpolicy", ns.Name);
    }

    [Fact]
    public async Task A_webhook_is_asked_about_what_its_conditions_match()
    {
        var cluster = await shared.GetAsync();
        var ns = await cluster.NewNamespaceAsync();
        using var certificate = InsideServer.NewCertificate();
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var hook = await InsideServer.StartAsync(cluster, HookPort, certificate, asking =>
        {
            var request = JsonNode.Parse(asking.Body)!["request"]!;
            asked.Enqueue((string)request["name"]!);
            return asking.AnswerAsync($$$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"{{{{(string)request["uid"]!}}}}","allowed":false,"status":{"message":"not of this colour"}}}""");
        });
        await ns.ApplyAsync(
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: {{ns.Name}}}
            webhooks:
            - name: colours.example.com
              clientConfig: {url: "https://127.0.0.1:{{HookPort}}/colours", caBundle: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()))}}}
              rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
              namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ns.Name}} } }
              matchConditions:
              - {name: red, expression: "object.metadata.name.startsWith('red')"}
              - {name: not-by-controllers, expression: "!request.userInfo.username.startsWith('system:')"}
              sideEffects: None
              admissionReviewVersions: [v1]
              failurePolicy: Fail
            """);
        await Eventually.SeeAsync("a map that is refused", Patience, async () =>
        {
            await ns.RunAsync("delete", "configmap", "red", "--ignore-not-found");
            return await ns.TryAsync(KubectlVersion.Newest, "create", "configmap", "red");
        }, seen => seen.Error.Contains("admission webhook \"colours.example.com\" denied the request: not of this colour", StringComparison.Ordinal));
        await ns.RunAsync("create", "configmap", "blue");
        Assert.DoesNotContain("blue", asked);
        await ns.RunAsync("delete", "validatingwebhookconfiguration", ns.Name);
    }

    [Fact]
    public async Task Requests_are_of_the_level_that_their_flow_schema_names()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(
            $$"""
            apiVersion: flowcontrol.apiserver.k8s.io/v1
            kind: PriorityLevelConfiguration
            metadata: {name: {{ns.Name}}}
            spec: {type: Limited, limited: {nominalConcurrencyShares: 5, limitResponse: {type: Reject} } }
            ---
            apiVersion: flowcontrol.apiserver.k8s.io/v1
            kind: FlowSchema
            metadata: {name: {{ns.Name}}}
            spec:
              priorityLevelConfiguration: {name: {{ns.Name}}}
              matchingPrecedence: 50
              rules:
              - subjects: [{kind: User, user: {name: {{ns.Name}} } }]
                resourceRules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true}]
                nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]
            """);
        await ns.RunAsync("create", "rolebinding", "viewer", "--clusterrole=view", $"--user={ns.Name}");
        await ns.SeesAsync($"flowschema/{ns.Name}", ".status.conditions[?(@.type==\"Dangling\")].status", "False", Patience);
        await Eventually.SeeAsync("requests of that level", Patience, async () =>
        {
            await ns.TryAsync(KubectlVersion.Newest, "get", "configmaps", "--as", ns.Name);
            return await ns.RunAsync("get", "--raw", "/debug/api_priority_and_fairness/dump_priority_levels");
        }, seen => seen.Split('\n').Any(line => line.StartsWith(ns.Name + ",", StringComparison.Ordinal) && Dispatched(line) > 0));
        await ns.RunAsync("delete", "flowschema,prioritylevelconfiguration", ns.Name);

        static int Dispatched(string line) => int.Parse(line.Split(',')[6].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
