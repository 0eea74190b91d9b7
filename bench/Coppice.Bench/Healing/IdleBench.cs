using System.Diagnostics;
using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Bench.Healing;

/// <summary>
/// What a cluster holds that nobody asks anything of: a server and an agent, each in a network of its own with a containerd of its own, as
/// the program that is published, over minutes.
/// </summary>
internal static class IdleBench
{
    /// <summary>What the kernel counts processor time in, a second.</summary>
    private const double Ticks = 100;

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(20);

    /// <param name="minutes">How long the agent is looked at, after 20 s, a minute, and then each time that as much has passed again.</param>
    public static async Task RunAsync(int minutes)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, Linux {Environment.OSVersion.Version}, load {Figure.Load()}");
        await HealingBench.RequireBinaryAsync();
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await Task.Delay(First);
        Console.WriteLine($"{First.TotalSeconds:n0} s after a server is Ready: it holds {Use(cluster.Coppice)}; goal ≤ 120; load {Figure.Load()}");

        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(ReadyWithin);
        var ready = Stopwatch.GetTimestamp();
        foreach (var look in LooksUntil(minutes))
        {
            await Task.Delay(look - Stopwatch.GetElapsedTime(ready));
            Console.WriteLine(
                $"{look.TotalSeconds:n0} s after an agent is Ready: it holds {Use(machine.Coppice)}; goal ≤ 90; its server {Use(cluster.Coppice)}; load {Figure.Load()}");
        }
    }

    private static IEnumerable<TimeSpan> LooksUntil(int minutes)
    {
        yield return First;
        for (var at = 1; at < minutes; at *= 2)
        {
            yield return TimeSpan.FromMinutes(at);
        }

        yield return TimeSpan.FromMinutes(minutes);
    }

    /// <summary>What is resident of a process, in thousands of kB, and what it took of the processors since its start.</summary>
    private static string Use(int process)
    {
        // After the name, which may have blanks in it: the 14th and 15th field of all.
        var fields = Processes.Read(process, "stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var seconds = fields[11..13].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / Ticks;
        return $"{HealingBench.Resident(process):n1} MB after {seconds:n1} s of processor";
    }
}
