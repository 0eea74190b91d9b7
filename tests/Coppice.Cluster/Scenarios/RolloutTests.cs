using System.Text.Json;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 002.5 to 002.10: a Deployment is rolled out, gets stuck, and is rolled back.</summary>
public sealed class RolloutTests(SharedCluster shared)
{
    private const string Deployment = "deployment/rollout-nginx";

    private static readonly string Manifest = $"{Repository.Examples}/rollout-nginx/rollout-nginx.yaml";
    private static readonly string WithTypingError = $"{Repository.Examples}/rollout-nginx/with-typing-error/rollout-nginx.yaml";

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_rollout_is_recorded_replaces_every_pod_and_is_undone(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();

        // 002.5
        await ns.RunAsync(version, "apply", "-f", Manifest, "--record");
        await SeesRolledOutAsync(ns, version);
        var first = Assert.Single(await HistoryAsync(ns, version));
        Assert.Equal(1, first.Revision);
        Assert.Contains("apply", first.Cause);
        var before = await PodsAsync(ns);
        Assert.Equal(3, before.Count);
        Assert.All(before, pod => Assert.Equal("nginx/1.15.12", pod.Server));

        // 002.6
        await ns.RunAsync(version, "set", "image", Deployment, "nginx=nginx:1.16.0", "--record");
        await SeesRolledOutAsync(ns, version);
        var after = await PodsAsync(ns);
        Assert.Equal(3, after.Count);
        Assert.All(after, pod => Assert.Equal("nginx/1.16.0", pod.Server));
        Assert.Empty(after.Select(pod => pod.Name).Intersect(before.Select(pod => pod.Name)));
        Assert.Collection(
            await HistoryAsync(ns, version),
            entry => Assert.Equal(1, entry.Revision),
            entry => Assert.Contains("set image", entry.Cause));

        // 002.8: the revision goes to the newest number, and the old number is gone
        Assert.Contains("rolled back", await ns.RunAsync(version, "rollout", "undo", Deployment));
        await SeesRolledOutAsync(ns, version);
        Assert.All(await PodsAsync(ns), pod => Assert.Equal("nginx/1.15.12", pod.Server));
        Assert.Equal([2, 3], (await HistoryAsync(ns, version)).Select(entry => entry.Revision));

        // 002.9
        await ns.RunAsync(version, "rollout", "undo", Deployment, "--to-revision=2");
        await SeesRolledOutAsync(ns, version);
        Assert.All(await PodsAsync(ns), pod => Assert.Equal("nginx/1.16.0", pod.Server));
        Assert.Equal([3, 4], (await HistoryAsync(ns, version)).Select(entry => entry.Revision));
    }

    [Fact]
    public async Task A_rollout_never_has_more_than_a_quarter_too_many_or_too_few_pods()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", Manifest);
        await ns.RunAsync("scale", Deployment, "--replicas=8");
        await SeesRolledOutAsync(ns, KubectlVersion.Newest);

        // Of 8: at most 2 beyond, at least 6 ready. A watch shows every state the Deployment was in.
        await using var watch = ns.Start(KubectlVersion.Newest, "get", Deployment, "--watch", "-o",
            "jsonpath={.status.observedGeneration} {.status.replicas} {.status.availableReplicas}{\"\\n\"}");
        await Eventually.TrueAsync("the watch's first line", Patience, () => watch.Said.Contains('\n'));
        await ns.RunAsync("set", "image", Deployment, "nginx=nginx:1.16.0");
        await SeesRolledOutAsync(ns, KubectlVersion.Newest);

        // It may be in the middle of a line.
        var said = watch.Said;
        var states = said[..said.LastIndexOf('\n')].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        Assert.All(states, state => Assert.InRange(int.Parse(state[1]), 1, 10));
        Assert.All(states, state => Assert.InRange(int.Parse(state[2]), 6, 10));
        Assert.Contains(states, state => int.Parse(state[1]) > 8);
    }

    [Fact]
    public async Task A_rollout_to_an_image_that_does_not_exist_stops_and_tells_why_while_the_old_pods_serve()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", Manifest);
        await SeesRolledOutAsync(ns, KubectlVersion.Newest);

        // Enough for somebody to see that it waits.
        await ns.RunAsync("patch", Deployment, "-p", """{"spec":{"progressDeadlineSeconds":20}}""");
        await ns.RunAsync("set", "image", Deployment, "nginx=nginx:1.17.23");

        // rollout status waits, and then reports
        var status = await ns.TryAsync(KubectlVersion.Newest, "rollout", "status", Deployment);
        Assert.False(status.Succeeded);
        Assert.Contains("Waiting for deployment \"rollout-nginx\" rollout to finish: 1 out of 3 new replicas have been updated...", status.Output);
        Assert.Contains("error: deployment \"rollout-nginx\" exceeded its progress deadline", status.Error);
        await ns.SeesAsync(Deployment, ".status.conditions[?(@.type==\"Progressing\")].reason", "ProgressDeadlineExceeded", Patience);

        await Eventually.SeeAsync("ImagePullBackOff", Patience, () => ns.RunAsync("get", "pods"), seen => seen.Contains("ImagePullBackOff"));
        var pods = (await ns.RunAsync("get", "pods", "--no-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, pods.Length);
        Assert.Equal(3, pods.Count(line => line.Contains("1/1") && line.Contains("Running")));
        var stuck = pods.Single(line => !line.Contains("1/1")).Split(' ')[0];
        var description = await Eventually.SeeAsync("that it is tried again", Patience, () => ns.RunAsync("describe", "pod", stuck), seen => seen.Contains("Back-off pulling image"));
        Assert.Matches("""Warning +Failed .*Failed to pull image "nginx:1.17.23": """, description);
        Assert.Matches("Warning +Failed .*Error: ErrImagePull", description);
        Assert.Matches("""Normal +BackOff .*Back-off pulling image "nginx:1.17.23""", description);
        Assert.Matches("Progressing +False +ProgressDeadlineExceeded", await ns.RunAsync("describe", Deployment));

        // back again, without touching the pods that serve
        var serving = (await PodsAsync(ns)).Select(pod => pod.Name).Order().ToList();
        await ns.RunAsync("rollout", "undo", Deployment);
        await SeesRolledOutAsync(ns, KubectlVersion.Newest);
        Assert.Equal(serving, (await PodsAsync(ns)).Select(pod => pod.Name).Order());
    }

    [Theory]
    [InlineData(KubectlVersion.Newest, "unknown field \"spec.template.spec.conainters\"")]
    [InlineData(KubectlVersion.Old, "ValidationError(Deployment.spec.template.spec): unknown field \"conainters\" in io.k8s.api.core.v1.PodSpec")]
    public async Task A_typing_error_in_a_manifest_is_refused_and_named(KubectlVersion version, string message)
    {
        var ns = await shared.NewNamespaceAsync();
        var result = await ns.TryAsync(version, "apply", "-f", WithTypingError);
        Assert.False(result.Succeeded);
        Assert.Contains(message, result.Error);
        Assert.Equal("", await ns.ValueAsync(Deployment, ".metadata.name"));
    }

    private static async Task SeesRolledOutAsync(TestNamespace ns, KubectlVersion version) =>
        Assert.Contains("successfully rolled out", await ns.RunAsync(version, "rollout", "status", Deployment, $"--timeout={Patience.TotalSeconds}s"));

    /// <summary>The lines of <c>rollout history</c>: REVISION and CHANGE-CAUSE.</summary>
    private static async Task<IReadOnlyList<(int Revision, string Cause)>> HistoryAsync(TestNamespace ns, KubectlVersion version)
    {
        var text = await ns.RunAsync(version, "rollout", "history", Deployment);
        return
        [
            .. from line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               where char.IsAsciiDigit(line[0])
               let parts = line.Split(' ', 2)
               select (int.Parse(parts[0]), parts[1].Trim()),
        ];
    }

    /// <summary>The Ready pods that are not on their way out, and what each answers in its Server header.</summary>
    private static async Task<IReadOnlyList<(string Name, string Server)>> PodsAsync(TestNamespace ns)
    {
        var list = await ns.GetAsync("pods", "-l", "app=nginx");
        var pods = new List<(string, string)>();
        foreach (var pod in list!.Value.GetProperty("items").EnumerateArray().Where(IsServing))
        {
            var url = $"http://{pod.GetProperty("status").GetProperty("podIP").GetString()}/";
            var server = await Eventually.SeeAsync($"an answer at {url}", Patience, () => ServerAsync(ns, url), _ => true);
            pods.Add((pod.GetProperty("metadata").GetProperty("name").GetString()!, server));
        }

        return pods;
    }

    private static async Task<string> ServerAsync(TestNamespace ns, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        using var answer = await ns.Cluster.Http.SendAsync(request);
        return answer.Headers.Server.ToString();
    }

    private static bool IsServing(JsonElement pod) =>
        !pod.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _)
        && pod.GetProperty("status").TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(one => one.GetProperty("type").GetString() == "Ready" && one.GetProperty("status").GetString() == "True");
}
