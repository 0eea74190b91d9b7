using System.Diagnostics;
using Coppice.Client;
using Coppice.Cluster.Harness;

namespace Coppice.Bench.Healing;

/// <summary>
/// How long a machine takes to become a node, and what it costs to be one: each in a network of its own, with a containerd of its own, and
/// the release build of coppice.
/// </summary>
internal static class JoiningBench
{
    // As for a server: what is idle is idle, and what the start needed was given back.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, Linux {Environment.OSVersion.Version}, load {Figure.Load()}");
        await HealingBench.RequireBinaryAsync();
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        using var api = HealingBench.Connect(cluster);
        var (joins, starts) = (new Figure("coppice agent on a new machine → Ready", "≤ 3000 ms"), new Figure("the same again, without a token → Ready", "≤ 2000 ms"));
        var memory = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            await using var machine = await JoinedMachine.CreateAsync(cluster, 2 + round);
            var token = await JoinedMachine.NewTokenAsync(cluster);
            var joined = await UntilReadyAsync(api, machine.Name, () => machine.JoinAsync(token));
            joins.Ours(joined);
            Console.WriteLine($"round {round + 1} of {rounds}: Ready after {joined.TotalSeconds:n1} s; load {Figure.Load()}");
            await Task.Delay(Settling);
            memory.Add(HealingBench.Resident(machine.Coppice));
            await machine.StopAsync();
            starts.Ours(await UntilReadyAsync(api, machine.Name, () => machine.StartAgainAsync()));
            await api.DeleteAsync<Objects.Core.Node>(new("", machine.Name), null, CancellationToken.None);
        }

        joins.Print();
        starts.Print();
        Console.WriteLine($"resident memory of an idle agent: {string.Join(", ", memory.Select(one => $"{one:n0}"))} MB, goal ≤ 90 MB; load {Figure.Load()}");
    }

    /// <summary>From the start of the process until the API has a status of it that says so.</summary>
    private static async Task<TimeSpan> UntilReadyAsync(IApiClient api, string node, Func<Task> start)
    {
        var before = (await api.FindAsync<Objects.Core.Node>(new("", node), CancellationToken.None))?.Metadata.ResourceVersion;
        var begun = Stopwatch.GetTimestamp();
        await start();
        while (await api.FindAsync<Objects.Core.Node>(new("", node), CancellationToken.None) is var seen
            && (seen is null || seen.Metadata.ResourceVersion == before || !seen.Status.Conditions.Any(one => one is { Type: "Ready", Status: "True" })))
        {
            await Task.Delay(5);
        }

        return Stopwatch.GetElapsedTime(begun);
    }
}
