using System.Collections.Concurrent;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Store.Tests;

/// <summary>
/// A process of its own that writes, updates, deletes and compacts with several writers until it is killed, and prints a line for
/// each acknowledged write: what, key, revision. A value says its own key and revision before, repeated to a random length.
/// </summary>
internal static class KilledWriter
{
    public const string Argument = "write-until-killed";

    private const int Writers = 8;

    public static async Task<int> RunAsync(string directory, int seed)
    {
        var options = new SqliteStoreOptions { CheckpointBytes = 256 << 10, HistoryBytes = 1 << 20 };
        await using var store = await SqliteRevisionStore.OpenAsync(directory, options, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        using var output = new BlockingCollection<string>();
        var printing = Task.Run(() => Print(output));
        output.Add("ready");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteForeverAsync(store, output, writer, seed))));
        await printing;
        return 0;
    }

    /// <summary>The value that a write to this key has: recognisable, and wrong if any part of it is missing.</summary>
    public static string ValueOf(string key, int length) => string.Concat(Enumerable.Repeat($"{key};", length));

    private static async Task WriteForeverAsync(SqliteRevisionStore store, BlockingCollection<string> output, int writer, int seed)
    {
        var random = new Random((seed * Writers) + writer);
        while (true)
        {
            var key = $"pods/{writer}/{random.Next(200)}";
            var now = await store.GetAsync(key, CancellationToken.None);
            var value = StoreShorthand.Value(ValueOf(key, random.Next(1, 500)));
            StoreWrite write = (now, random.Next(4)) switch
            {
                (null, _) => new StoreWrite.Create(key, value),
                (_, 0) => new StoreWrite.Delete(key, now.Modified),
                _ => new StoreWrite.Update(key, value, now.Modified),
            };
            var written = (WriteOutcome.Written)await store.WriteAsync(write, CancellationToken.None);
            output.Add($"{(write is StoreWrite.Delete ? "deleted" : "put")} {key} {written.Entry.Modified}");
        }
    }

    private static void Print(BlockingCollection<string> output)
    {
        using var stream = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        foreach (var line in output.GetConsumingEnumerable())
        {
            stream.WriteLine(line);
        }
    }
}
