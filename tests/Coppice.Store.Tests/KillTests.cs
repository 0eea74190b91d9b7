using System.Diagnostics;
using System.Text;

namespace Coppice.Store.Tests;

public sealed class KillTests : IDisposable
{
    private const int Rounds = 20;
    private const int Seed = 20261;

    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        var random = new Random(Seed);
        var acknowledged = new Dictionary<string, (bool Put, long Revision)>();
        for (var round = 0; round < Rounds; round++)
        {
            var printed = await WriteAndKillAsync(round, random.Next(1, 200));
            foreach (var line in printed)
            {
                var parts = line.Split(' ');
                acknowledged[parts[1]] = (parts[0] == "put", long.Parse(parts[2]));
            }

            await using var store = await _data.OpenAsync();
            await AssertAllIsThereAsync(store, acknowledged, $"round {round} of seed {Seed}");
            foreach (var key in acknowledged.Keys)
            {
                var entry = await store.GetAsync(key, TestContext.Current.CancellationToken);
                acknowledged[key] = (entry is not null, (entry?.Modified ?? store.Current).Value);
            }
        }

        Assert.True(acknowledged.Count > 100, $"only {acknowledged.Count} keys were ever acknowledged");
    }

    /// <summary>
    /// Runs a writer, kills it when it has said that so many writes were acknowledged, and returns all that it had said in whole lines.
    /// </summary>
    private async Task<List<string>> WriteAndKillAsync(int round, int writes)
    {
        var stop = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [KilledWriter.Argument, _data.Path, $"{Seed + round}"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(stop));
        var said = new List<string>();
        while (said.Count < writes)
        {
            said.Add(await process.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("the writer ended by itself"));
        }

        process.Kill();
        var rest = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return [.. said, .. rest.Split('\n')[..^1]];
    }

    /// <summary>
    /// A key shows its last acknowledged write, or a later one whose acknowledgement the kill swallowed; and every value is whole.
    /// </summary>
    private static async Task AssertAllIsThereAsync(IRevisionStore store, Dictionary<string, (bool Put, long Revision)> acknowledged, string when)
    {
        var entries = (await store.RangeAsync(new RangeQuery(""), CancellationToken.None)).Entries.ToDictionary(e => e.Key);
        foreach (var (key, (put, revision)) in acknowledged)
        {
            Assert.True(revision <= store.Current.Value, $"{when}: revision {revision} was acknowledged, the store is at {store.Current}");
            var entry = entries.GetValueOrDefault(key);
            var found = entry is null ? "nothing" : $"revision {entry.Modified}";
            var right = entry is null ? !put || DeletedLater(key, revision) : entry.Modified.Value == revision ? put : entry.Modified.Value > revision;
            Assert.True(right, $"{when}: {(put ? "put" : "deletion")} of {key} at {revision} was acknowledged, but there is {found}");
        }

        foreach (var entry in entries.Values)
        {
            var text = Encoding.UTF8.GetString(entry.Value.Bytes.Span);
            Assert.Equal(KilledWriter.ValueOf(entry.Key, text.Length / (entry.Key.Length + 1)), text);
        }

        // A writer has one write on its way at a time, so at most the last deletion of each is unacknowledged, and still in the history.
        bool DeletedLater(string key, long revision)
        {
            using var watch = store.Watch(key, store.Compacted);
            var events = watch.NextAsync(CancellationToken.None);
            return events.IsCompleted
                && events.Result.Any(e => e.Entry.Key == key && e.Type == StoreEventType.Delete && e.Entry.Modified.Value > revision);
        }
    }
}
