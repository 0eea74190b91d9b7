using System.Diagnostics;

namespace Coppice.Bench.Api;

/// <summary>A large cluster's pods: what they take of memory, and how long parts of them take to list.</summary>
internal static class MassBench
{
    private const int Pods = 150_000;
    private const int Spaces = 150;
    private const int Lists = 50;

    public static Task RunAsync() => ServerProcess.WithAsync(Pods, Spaces, ServedApi.Masters, async server =>
    {
        Console.WriteLine($"{server.ResidentMiB(),10:n0} MiB resident with {Pods:n0} pods (goal 2 500)");
        using var client = server.Client();
        await ListAsync(client, $"the pods of one of {Spaces} namespaces", number => $"/api/v1/namespaces/{PodText.SpaceOf(number)}/pods");
        await ListAsync(client, "the pods of one node", number => $"/api/v1/pods?fieldSelector=spec.nodeName%3D{PodText.NodeOf(number)}");
        Console.WriteLine($"{server.ResidentMiB(),10:n0} MiB resident after that");
    });

    private static async Task ListAsync(HttpClient client, string what, Func<int, string> path)
    {
        var (took, bytes) = (new List<double>(), 0L);
        for (var i = 0; i < 2 * Lists; i++)
        {
            var began = Stopwatch.GetTimestamp();
            bytes = (await client.GetByteArrayAsync(path(i))).Length;
            took.AddRange(i < Lists ? [] : (double[])[Stopwatch.GetElapsedTime(began).TotalMilliseconds]);
        }

        took.Sort();
        Console.WriteLine($"{took[Lists / 2],10:n1} ms (p50), {took[^1]:n1} ms at most: {what}, {bytes / 1024:n0} KiB");
    }
}
