using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>
/// The grade-submission application: an API that runs out of memory under load, and a portal in front of it. Its manifests name the
/// namespace and the node ports, so that these tests run one after another; each begins with nothing and removes all of it.
/// </summary>
public sealed class GradeSubmissionTests(SharedCluster shared) : IAsyncLifetime
{
    private const string Space = "grade-submission";
    private const string Api = "grade-submission-api";

    private static readonly string Folder = Path.Combine(Repository.Examples, "grade-submission");

    private RunningCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await shared.GetAsync();

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_folder_is_applied_and_its_pods_are_deleted_and_made_again(KubectlVersion version)
    {
        // The first time everything is new, the second time nothing is, and an edit is one line's change.
        Assert.Equal(
            ["namespace/grade-submission created", "pod/grade-submission-api created", "service/grade-submission-api created",
                "pod/grade-submission-portal created", "service/grade-submission-portal created"],
            Lines(await ApplyAsync(version)));
        Assert.All(Lines(await ApplyAsync(version)), line => Assert.EndsWith(" unchanged", line));
        var edited = (await File.ReadAllTextAsync(Path.Combine(Folder, "grade-submission-portal-service.yaml"))).Replace("port: 5001\n", "port: 5002\n");
        Assert.Equal("service/grade-submission-portal configured\n", await ApplyTextAsync(version, edited));
        await ApplyAsync(version);

        // Two tables in one answer. An age is told in seconds for two minutes, and then in minutes, too.
        await RunsAsync(Api);
        await RunsAsync("grade-submission-portal");
        var tables = await RunAsync(version, "get", "pods,services", "-n", Space);
        Assert.Matches(
            """
            ^NAME +READY +STATUS +RESTARTS +AGE
            pod/grade-submission-api +1/1 +Running +0 +\d+[ms]\d*s?
            pod/grade-submission-portal +1/1 +Running +0 +\d+[ms]\d*s?

            NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE
            service/grade-submission-api +ClusterIP +10\.96\.\d+\.\d+ +<none> +3000/TCP +\d+[ms]\d*s?
            service/grade-submission-portal +NodePort +10\.96\.\d+\.\d+ +<none> +5001:32000/TCP +\d+[ms]\d*s?
            $
            """.TrimEnd('$').TrimEnd(), tables);

        // What the manifest leaves open is filled in.
        Assert.Contains("\n  restartPolicy: Always\n", await RunAsync(version, "get", "pod", Api, "-n", Space, "-o", "yaml"));

        // Deleted pods are gone when the command ends; applying the folder again makes the pods only.
        Assert.Equal(
            ["grade-submission-api", "grade-submission-portal"],
            Lines(await RunAsync(version, "delete", "pod", "--all", "-n", Space)).Select(line => Regex.Match(line, "^pod \"(.+)\" deleted").Groups[1].Value).Order());
        Assert.Equal(
            ["namespace/grade-submission unchanged", "pod/grade-submission-api created", "service/grade-submission-api unchanged",
                "pod/grade-submission-portal created", "service/grade-submission-portal unchanged"],
            Lines(await ApplyAsync(version)));
        await _cluster.PageAsync($"http://{_cluster.NodeAddress}:32000/");
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_port_forward_goes_on_when_the_container_was_restarted(KubectlVersion version)
    {
        await ApplyAsync(KubectlVersion.Newest);
        await RunsAsync(Api);
        await using var forward = _cluster.Kubectl.Start(version, "port-forward", Api, "-n", Space, "9090:3000");
        await forward.SaysAsync("Forwarding from 127.0.0.1:9090 -> 3000", Patience);
        await forward.SaysAsync("Forwarding from [::1]:9090 -> 3000", Patience);
        await _cluster.PageAsync("http://127.0.0.1:9090/grade");
        await _cluster.PageAsync("http://[::1]:9090/grade");

        await _cluster.Faults.SignalContainerAsync(Space, Api, Api, Signal.Kill);
        await RestartedAsync();

        await _cluster.PageAsync("http://127.0.0.1:9090/grade");
        await _cluster.PageAsync("http://[::1]:9090/grade");
        Assert.False(forward.HasEnded, forward.Said);
    }

    [Theory]
    [InlineData("64Mi")]
    [InlineData("48Mi")]
    public async Task An_api_that_ran_out_of_memory_answers_again_with_nobody_doing_anything(string limit)
    {
        var pod = await File.ReadAllTextAsync(Path.Combine(Folder, "grade-submission-api-pod.yaml"));
        Assert.Contains("64Mi", pod);
        await RunAsync(KubectlVersion.Newest, "apply", "-f", Path.Combine(Folder, "00-namespace.yaml"), "-f", Path.Combine(Folder, "grade-submission-api-service.yaml"));
        await ApplyTextAsync(KubectlVersion.Newest, pod.Replace("64Mi", limit));
        await RunAsync(KubectlVersion.Newest, "apply", "-f", Path.Combine(Folder, "nodeport"));
        string[] addresses = ["http://localhost:31000/grade", "http://127.0.0.1:31000/grade", $"http://{_cluster.NodeAddress}:31000/grade"];
        foreach (var address in addresses)
        {
            await _cluster.PageAsync(address);
        }

        await using var watch = _cluster.Kubectl.Start(KubectlVersion.Newest, "get", "pod", Api, "-n", Space, "--watch");
        await watch.SaysAsync("Running", Patience);

        // An API that is short of memory may be slow for long before it breaks.
        using var http = _cluster.Network.NewHttpClient(Patience);
        await new UserLoad(http, addresses[0], users: 80).UntilBrokenAsync(Patience);

        // What a user sees: while it was down, in the table afterwards, and in the pod's status.
        await RestartedAsync();
        await watch.SaysAsync("OOMKilled", Patience);
        Assert.Equal("OOMKilled 137", await ValueAsync("{.status.containerStatuses[0].lastState.terminated.reason} {.status.containerStatuses[0].lastState.terminated.exitCode}"));
        Assert.Matches(@"\ngrade-submission-api +1/1 +Running +1 \(\d+s ago\) +\S+\n", await RunAsync(KubectlVersion.Newest, "get", "pod", Api, "-n", Space));
        foreach (var address in addresses)
        {
            await _cluster.PageAsync(address);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            var pods = await _cluster.Kubectl.TryAsync(KubectlVersion.Newest, "describe", "pods", "-n", Space);
            TestContext.Current.TestOutputHelper?.WriteLine($"{pods}\nThe cluster's logs are in {_cluster.Logs}");
        }

        await _cluster.Kubectl.TryAsync(KubectlVersion.Newest, "delete", "namespace", Space, "--ignore-not-found");
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> RunAsync(KubectlVersion version, params IReadOnlyList<string> arguments) => _cluster.Kubectl.RunAsync(version, arguments);

    private Task<string> ApplyAsync(KubectlVersion version) => RunAsync(version, "apply", "-f", Folder);

    private async Task<string> ApplyTextAsync(KubectlVersion version, string manifest) =>
        (await (_cluster.Kubectl.CommandFor(version, "apply", "-f", "-") with { Input = manifest }).RunAsync()).OrThrow();

    private Task<string> ValueAsync(string template) =>
        RunAsync(KubectlVersion.Newest, "get", "pod", Api, "-n", Space, "-o", $"jsonpath={template}");

    private Task RunsAsync(string pod) =>
        RunAsync(KubectlVersion.Newest, "wait", "--for=condition=Ready", $"pod/{pod}", "-n", Space, "--timeout=120s");

    private Task RestartedAsync() => Eventually.SeeAsync("one restart, and the API ready", Patience,
        () => ValueAsync("{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}"), seen => seen == "1 true");
}
