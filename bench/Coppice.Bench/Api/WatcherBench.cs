using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Coppice.Bench.Healing;

namespace Coppice.Bench.Api;

/// <summary>How long it takes from a write's request until those who watch have read of it, with many of them on the same cores.</summary>
internal static class WatcherBench
{
    private const int Watchers = 1000;

    // Until the compiler has done its part.
    private const int Warm = 300;
    private const int Writes = 200;
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    public static async Task RunAsync()
    {
        await using (var floor = await ServerProcess.StartAsync("bare"))
        {
            await MeasureAsync(floor, "the bare web server, which sends as many bytes", "/watch", "/tell");
        }

        await ServerProcess.WithAsync(0, 1, ServedApi.Masters, server => MeasureAsync(server, "goal p99 20 ms", $"{Maps}?watch=true", Maps));
    }

    private static async Task MeasureAsync(ServerProcess server, string what, string watched, string written)
    {
        using var client = server.Client();
        var (began, seen) = (new long[Warm + Writes], new CountdownEvent(1));
        var times = new List<double>();
        var watching = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => WatchAsync(client, watched)));
        var readers = watching.Select(reader => ReadAsync(reader, began, times, () => seen.Signal())).ToArray();
        var (last, worked) = (new List<double>(), TimeSpan.Zero);
        for (var i = 0; i < Warm + Writes; i++)
        {
            worked = i == Warm ? server.Worked() : worked;
            seen = new CountdownEvent(Watchers);
            began[i] = Stopwatch.GetTimestamp();
            await CreateAsync(client, written, i);
            await Task.Run(seen.Wait);
            last.Add(Stopwatch.GetElapsedTime(began[i]).TotalMilliseconds);
        }

        var each = (server.Worked() - worked).TotalMilliseconds / Writes;
        watching.ToList().ForEach(reader => reader.Dispose());
        await Task.WhenAll(readers);
        Console.WriteLine(
            $"{Watchers} watchers see a write: {Percentiles(times)}; the last of them: {Percentiles(last[Warm..])}; {each:n1} ms of the server's processor each ({what}); load {Figure.Load()}");
    }

    private static async Task<StreamReader> WatchAsync(HttpClient client, string path) =>
        new(await (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead)).Content.ReadAsStreamAsync());

    private static async Task ReadAsync(StreamReader reader, long[] began, List<double> times, Action seen)
    {
        try
        {
            for (var i = 0; await reader.ReadLineAsync() is not null; i++)
            {
                var took = Stopwatch.GetElapsedTime(began[i]).TotalMilliseconds;
                lock (times)
                {
                    times.AddRange(i < Warm ? [] : (double[])[took]);
                }

                seen();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // That was all.
        }
    }

    private static async Task CreateAsync(HttpClient client, string path, int number)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"seen-{{{number}}}"}}"""));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.PostAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }

    private static string Percentiles(List<double> milliseconds)
    {
        milliseconds.Sort();
        return $"p50 {milliseconds[milliseconds.Count / 2]:n1} ms, p99 {milliseconds[milliseconds.Count * 99 / 100]:n1} ms";
    }
}
