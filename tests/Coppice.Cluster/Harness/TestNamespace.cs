using System.Text.Json;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A Kubernetes namespace that belongs to one test, with what tests often ask of it. <see cref="TestNamespacesAttribute"/> deletes it
/// when the test has ended, and says what was in it if the test failed.
/// </summary>
public sealed class TestNamespace
{
    private static int _made;

    private readonly Kubectl _kubectl;

    private TestNamespace(RunningCluster cluster, string name) => (Cluster, _kubectl, Name) = (cluster, cluster.Kubectl, name);

    public RunningCluster Cluster { get; }

    public string Name { get; }

    /// <summary>kubectl in this namespace, to its end, whatever that is.</summary>
    public Task<CommandResult> TryAsync(KubectlVersion version, params IReadOnlyList<string> arguments) =>
        _kubectl.TryAsync(version, ["--namespace", Name, .. arguments]);

    /// <summary>kubectl in this namespace; returns its standard output.</summary>
    public Task<string> RunAsync(KubectlVersion version, params IReadOnlyList<string> arguments) =>
        _kubectl.RunAsync(version, ["--namespace", Name, .. arguments]);

    /// <summary>The newest kubectl, where the version is not the point.</summary>
    public Task<string> RunAsync(params IReadOnlyList<string> arguments) => RunAsync(KubectlVersion.Newest, arguments);

    public RunningCommand Start(KubectlVersion version, params IReadOnlyList<string> arguments) =>
        _kubectl.Start(version, ["--namespace", Name, .. arguments]);

    public RunningCommand StartInTerminal(KubectlVersion version, params IReadOnlyList<string> arguments) =>
        _kubectl.StartInTerminal(version, ["--namespace", Name, .. arguments]);

    /// <summary>Applies a manifest given as text.</summary>
    public async Task ApplyAsync(string manifest) =>
        (await (_kubectl.CommandFor(KubectlVersion.Newest, "--namespace", Name, "apply", "-f", "-") with { Input = manifest }).RunAsync()).OrThrow();

    /// <summary>One value of an object: <c>ValueAsync("pod/web", ".status.podIP")</c>. Empty if it is not there.</summary>
    public Task<string> ValueAsync(string what, string path) => _kubectl.ValueAsync(path, what, "--namespace", Name);

    public Task<JsonElement?> GetAsync(params IReadOnlyList<string> what) => _kubectl.GetAsync(["--namespace", Name, .. what]);

    /// <summary>Waits until a value of an object is as it should be.</summary>
    public Task<string> SeesAsync(string what, string path, string expected, TimeSpan within) =>
        Eventually.SeeAsync($"{path} of {what} to be \"{expected}\"", within, () => ValueAsync(what, path), seen => seen == expected);

    /// <summary>Waits until a pod's Ready condition is True.</summary>
    public Task PodIsReadyAsync(string pod, TimeSpan within) =>
        SeesAsync($"pod/{pod}", ".status.conditions[?(@.type==\"Ready\")].status", "True", within);

    /// <summary>Waits until a pod's first container was restarted so often.</summary>
    public Task<string> RestartsAsync(string pod, int atLeast, TimeSpan within) =>
        Eventually.SeeAsync($"{atLeast} restarts of pod {pod}", within, () => ValueAsync($"pod/{pod}", ".status.containerStatuses[0].restartCount"),
            seen => int.TryParse(seen, out var count) && count >= atLeast);

    /// <summary>Deletes it, without waiting.</summary>
    internal Task DeleteAsync() => TryAsync(KubectlVersion.Newest, "delete", "namespace", Name, "--wait=false");

    /// <summary>What it looks like, for somebody who asks why a test failed, and where to read on.</summary>
    internal async Task<string> DescribeAsync()
    {
        var all = await TryAsync(KubectlVersion.Newest, "get", "all", "-o", "wide");
        var events = await TryAsync(KubectlVersion.Newest, "get", "events", "--sort-by=.lastTimestamp");
        var warnings = File.ReadLines(Path.Combine(Cluster.Logs, "coppice.log")).Where(line => line.Contains(" warn ") || line.Contains(" ERROR ")).TakeLast(20);
        return $"{all}\n{events}\nThe last warnings of coppice, whose logs are in {Cluster.Logs}:\n{string.Join('\n', warnings)}";
    }

    internal static async Task<TestNamespace> CreateAsync(RunningCluster cluster)
    {
        var name = $"test-{Interlocked.Increment(ref _made)}";
        await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "create", "namespace", name);
        var made = new TestNamespace(cluster, name);
        TestNamespacesAttribute.Add(made);

        // Whoever makes a pod at once is given a second for the account to come.
        await made.SeesAsync("serviceaccount/default", ".metadata.name", "default", Patience);
        return made;
    }
}
