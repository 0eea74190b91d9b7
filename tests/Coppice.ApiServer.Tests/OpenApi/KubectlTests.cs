using Coppice.Testing;

namespace Coppice.ApiServer.Tests.OpenApi;

/// <summary>The real kubectls, old and new, read what the API says of itself. Skipped where tests/Coppice.Cluster/prepare has not run.</summary>
public sealed class KubectlTests : IDisposable
{
    private const string Old = "kubectl-1.20";
    private const string New = "kubectl";

    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
              - name: web
                image: web
                ports:
                - containerPort: 80
                livenessProbe:
                  httpGet: {path: /, port: 80}
                resources:
                  limits: {cpu: 500m, memory: 64Mi}

        """;

    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task Kubectl_lists_the_resources(string kubectl)
    {
        await using var server = await DocumentServer.StartAsync();

        var listed = (await Run(server, kubectl, "api-resources", "--no-headers")).OrThrow();

        Assert.Matches(@"(?m)^pods\s+po\s+v1\s+true\s+Pod$", listed);
        Assert.Matches(@"(?m)^deployments\s+deploy\s+apps/v1\s+true\s+Deployment$", listed);
        Assert.Matches(@"(?m)^selfsubjectaccessreviews\s+authorization.k8s.io/v1\s+false\s+SelfSubjectAccessReview$", listed);
    }

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task Kubectl_explains_a_field(string kubectl)
    {
        await using var server = await DocumentServer.StartAsync();

        var explained = (await Run(server, kubectl, "explain", "pod.spec.containers")).OrThrow();

        Assert.Matches(@"KIND:\s+Pod", explained);
        Assert.Matches(@"name\t<string>\s-?required", explained);
        Assert.Matches(@"ports\t<\[\](Object|ContainerPort)>", explained);
    }

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task What_every_kind_has_is_explained_in_the_words_that_scripts_look_for(string kubectl)
    {
        await using var server = await DocumentServer.StartAsync();

        var kind = (await Run(server, kubectl, "explain", "pod")).OrThrow();
        var metadata = (await Run(server, kubectl, "explain", "pod.metadata")).OrThrow();

        Assert.Matches(@"(?s)apiVersion.*<string>.*APIVersion defines", kind);
        Assert.Matches(@"(?s)DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp", metadata);
    }

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task Kubectl_explains_a_kind_to_the_leaves(string kubectl)
    {
        await using var server = await DocumentServer.StartAsync();

        var explained = (await Run(server, kubectl, "explain", "deployment", "--recursive")).OrThrow();

        Assert.Matches(@"maxSurge\t<\w+>", explained);
        Assert.Matches(@"topologyKey\t<string>", explained);
    }

    [Fact]
    public async Task An_old_kubectl_finds_a_typing_error_by_itself()
    {
        await using var server = await DocumentServer.StartAsync();
        var file = _home.File("web.yaml");
        File.WriteAllText(file, Deployment.Replace("containers:", "conainters:"));

        var refused = await Run(server, Old, "create", "--dry-run=client", "--validate=true", "-f", file);

        Assert.False(refused.Succeeded);
        Assert.Contains(
            "ValidationError(Deployment.spec.template.spec): unknown field \"conainters\" in io.k8s.api.core.v1.PodSpec", refused.Error);
    }

    [Fact]
    public async Task An_old_kubectl_has_nothing_against_a_good_manifest()
    {
        await using var server = await DocumentServer.StartAsync();
        var file = _home.File("web.yaml");
        File.WriteAllText(file, Deployment);

        var accepted = (await Run(server, Old, "create", "--dry-run=client", "--validate=true", "-f", file)).OrThrow();

        Assert.Contains("deployment.apps/web created (dry run)", accepted);
    }

    [Fact]
    public async Task A_new_kubectl_sees_that_the_server_validates()
    {
        await using var server = await DocumentServer.StartAsync();
        var file = _home.File("web.yaml");
        File.WriteAllText(file, Deployment.Replace("containers:", "conainters:"));

        await Run(server, New, "create", "--validate=true", "-f", file);

        // It leaves the typing error to the server: the object itself is sent, and what it asked before was the document of the kind's group.
        Assert.Contains("POST /apis/apps/v1/namespaces/default/deployments", server.Requests);
        Assert.Contains("GET /openapi/v3/apis/apps/v1", server.Requests);
    }

    private Task<CommandResult> Run(DocumentServer server, string kubectl, params string[] arguments)
    {
        var program = Tool(kubectl);
        Assert.SkipWhen(program is null, $".tools/{kubectl} is not there");
        return new Command(program, [.. arguments, "--server", server.Address])
        {
            Environment = new Dictionary<string, string?> { ["HOME"] = _home.Path, ["KUBECONFIG"] = _home.File("none") },
        }.RunAsync();
    }

    private static string? Tool(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, ".tools", name) is var tool && File.Exists(tool))
            {
                return tool;
            }
        }

        return null;
    }
}
