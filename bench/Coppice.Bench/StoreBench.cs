using System.Diagnostics;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>How many durable writes a second, how long a list takes, how long opening takes.</summary>
internal static class StoreBench
{
    private const int ValueBytes = 2048;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    public static async Task RunAsync()
    {
        foreach (var writers in new[] { 1, 16, 64 })
        {
            await InNewDirectory(async directory =>
            {
                await using var store = await OpenAsync(directory);
                await WritesAsync("sqlite", store, writers);
            });
        }

        await WritesAsync("in memory", new InMemoryRevisionStore(), 1);
        foreach (var entries in new[] { 500, 20_000 })
        {
            await InNewDirectory(directory => OpeningAsync(directory, entries));
        }

        await ListsAsync(10_900);
    }

    private static async Task WritesAsync(string name, IRevisionStore store, int writers)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var value = new byte[ValueBytes];
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < Span; count++)
            {
                await store.WriteAsync(new StoreWrite.Create($"configmaps/default/{writer}-{count}", new StoredValue(value)), CancellationToken.None);
            }

            return count;
        })));
        Console.WriteLine($"{name}: {counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds:n0} creates/s of {ValueBytes} bytes, {writers} writers");
    }

    private static async Task OpeningAsync(string directory, int entries)
    {
        await using (var store = await OpenAsync(directory))
        {
            await FillAsync(store, entries);
        }

        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await (await OpenAsync(directory)).DisposeAsync();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine($"sqlite: opened and closed with {entries} entries in {times.Min():n0} to {times.Max():n0} ms");
    }

    private static async Task ListsAsync(int pods)
    {
        await using var store = new InMemoryRevisionStore();
        await FillAsync(store, pods);
        await RepeatAsync($"lists of {pods} entries", new RangeQuery("pods/"));
        await RepeatAsync("first pages of 500", new RangeQuery("pods/", Limit: 500));

        async Task RepeatAsync(string what, RangeQuery query)
        {
            var start = Stopwatch.GetTimestamp();
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); count++)
            {
                await store.RangeAsync(query, CancellationToken.None);
            }

            Console.WriteLine($"{count:n0} {what} a second");
        }
    }

    private static async Task FillAsync(IRevisionStore store, int entries)
    {
        await Task.WhenAll(Enumerable.Range(0, entries).Select(i =>
            store.WriteAsync(new StoreWrite.Create($"pods/default/{i * 7919 % entries:d6}", new StoredValue(new byte[ValueBytes])), CancellationToken.None).AsTask()));
    }

    private static ValueTask<SqliteRevisionStore> OpenAsync(string directory) =>
        SqliteRevisionStore.OpenAsync(directory, new SqliteStoreOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private static async Task InNewDirectory(Func<string, Task> work)
    {
        var directory = Directory.CreateTempSubdirectory("coppice-bench-").FullName;
        try
        {
            await work(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
