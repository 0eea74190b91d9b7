using Coppice.Store.InMemory;

namespace Coppice.Store.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public void On_one_thread_watchers_and_writers_take_turns_the_same_way_each_time()
    {
        var first = Story();
        Assert.Equal(3 * 40, first.Count(line => line.Contains("saw", StringComparison.Ordinal)));
        for (var again = 0; again < 5; again++)
        {
            Assert.Equal(first, Story());
        }
    }

    private static List<string> Story()
    {
        var told = new List<string>();
        var store = new InMemoryRevisionStore();
        var watching = new[] { "pods/", "", "pods/1" }.Select(prefix => store.Watch(prefix, Revision.None)).ToList();
        OneThread.Run(() => Task.WhenAll(watching.Select(WatchAsync).Concat([WriteAsync(0), WriteAsync(1)])));
        return told;

        async Task WriteAsync(int writer)
        {
            for (var i = 0; i < 20; i++)
            {
                var written = store.WriteAsync(new StoreWrite.Create($"pods/1{writer}/{i}", StoreShorthand.Value("v")), CancellationToken.None);
                Assert.True(written.IsCompleted);
                told.Add($"{writer} wrote {i}");
                await Task.Yield();
            }
        }

        async Task WatchAsync(IStoreWatch watch, int name)
        {
            for (var seen = 0; seen < 40;)
            {
                var batch = await watch.NextAsync(CancellationToken.None);
                told.AddRange(batch.Select(e => $"{name} saw {e.Entry.Key}"));
                seen += batch.Count;
            }
        }
    }
}
