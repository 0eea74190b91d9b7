using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What a container prints faster than anybody can keep.</summary>
[Collection(nameof(Alone))]
public sealed class LogTests(SharedCluster shared)
{
    /// <summary>10 MiB for each of 5 files, and some for what comes between two looks of a busy machine.</summary>
    private const long MostBytes = 100L << 20;

    // Lines are numbered from 1: says how many there were, and where the first gap is.
    private const string CountLines = """NR == 1 { next_line = $2 } $2 != next_line { print "line " $2 " in the place of " next_line; exit } { next_line++ } END { print NR " lines" }""";

    [Fact]
    public async Task Ten_megabytes_a_second_stay_within_the_limit()
    {
        var ns = await shared.NewNamespaceAsync();
        var directory = await TalksAsync(ns, linesPerSecond: 2500);
        var (most, rotated) = (0L, new HashSet<string>());
        await Eventually.TrueAsync("many rotations", 2 * Patience, () =>
        {
            var files = Directory.GetFiles(directory).Select(one => new FileInfo(one)).Where(one => one.Exists).ToList();
            most = Math.Max(most, files.Sum(one => one.Exists ? one.Length : 0));
            rotated.UnionWith(files.Select(one => one.Name.Replace(".gz", "")).Where(name => !name.EndsWith(".log", StringComparison.Ordinal)));
            return rotated.Count >= 12;
        });
        Assert.True(most < MostBytes, string.Create(CultureInfo.InvariantCulture, $"the log held {most:n0} bytes"));
    }

    [Fact]
    public async Task No_line_is_lost_or_doubled_where_a_log_goes_on_in_another_file()
    {
        var ns = await shared.NewNamespaceAsync();
        await TalksAsync(ns, linesPerSecond: 700);

        // 1. followed from its beginning over several rotations
        Assert.Equal("12000 lines", await LinesAsync(ns, "--follow | head -n 12000"));

        // 2. the last lines, over more than one file, at any moment
        for (var i = 0; i < 5; i++)
        {
            // What is printed while it is read may come, too.
            Assert.Matches(@"^([6-9]|\d\d)\d{3} lines$", await LinesAsync(ns, "--tail=6000"));
        }

        // 3. of the container before
        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "talks", "app", Signal.Kill);
        await ns.RestartsAsync("talks", 1, Patience);
        Assert.Equal("6000 lines", await LinesAsync(ns, "--previous --tail=6000"));
    }

    /// <summary>A pod that prints lines of 4 000 bytes; where its log is.</summary>
    private static async Task<string> TalksAsync(TestNamespace ns, int linesPerSecond)
    {
        await ns.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: talks}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: app
                image: coppice/testapp:1
                args: [write, "{{{linesPerSecond}}}", --bytes=4000]
            """);
        await ns.PodIsReadyAsync("talks", Patience);
        return $"{ns.Cluster.DataDirectory}/logs/{ns.Name}_talks_{await ns.ValueAsync("pod/talks", ".metadata.uid")}/app";
    }

    private static async Task<string> LinesAsync(TestNamespace ns, string options)
    {
        var script = $"\"$@\" {options} | awk '{CountLines}'";
        var logs = ns.Cluster.Kubectl.CommandFor(KubectlVersion.Newest, "--namespace", ns.Name, "logs", "talks");
        return (await (logs.After("sh", "-c", script, "sh") with { Timeout = 5 * Patience }).RunAsync()).OrThrow().Trim();
    }
}
