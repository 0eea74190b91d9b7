using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

/// <summary>What comes back from a damaged directory is exactly what was acknowledged, or nothing.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Seed = 74123;
    private const int Flips = 250;
    private const int FrameBytes = 24 + StoreFile.PageBytes;

    private static readonly string[] Files = ["store.db", "store.db-wal", AcknowledgedRevision.Name];

    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("store.db")]
    [InlineData("store.db-wal")]
    [InlineData(AcknowledgedRevision.Name)]
    public async Task A_flipped_bit_is_harmless_or_refused(string file)
    {
        var (killed, state) = await KilledAsync();
        var random = new Random(Seed);
        var refused = 0;
        for (var i = 0; i < Flips; i++)
        {
            var bytes = killed[file].ToArray();
            // Headers decide what all of the rest means: half of the flips go there.
            var at = random.Next(i % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, 128));
            bytes[at] ^= (byte)(1 << random.Next(8));
            refused += await IsRefusedAsync(With(killed, file, bytes), state, $"{file} with a bit flipped in byte {at}") ? 1 : 0;
        }

        Assert.True(refused > Flips / 5, $"only {refused} of {Flips} were refused");
    }

    [Fact]
    public async Task A_file_cut_short_or_away_is_harmless_or_refused()
    {
        var (killed, state) = await KilledAsync();
        var random = new Random(Seed);
        foreach (var file in Files)
        {
            var whole = killed[file];
            var frames = (whole.Length - 32) / FrameBytes;
            var lengths = Enumerable.Range(0, 30).Select(_ => random.Next(whole.Length))
                .Concat(Enumerable.Range(0, Math.Max(0, frames)).Select(i => 32 + (i * FrameBytes)).Where(l => l < whole.Length)).Append(0).Append(whole.Length - 1);
            foreach (var length in lengths)
            {
                await IsRefusedAsync(With(killed, file, whole[..length]), state, $"{file} cut to {length} of {whole.Length} bytes");
            }

            await IsRefusedAsync(With(killed, file, null), state, $"without {file}");
        }
    }

    [Fact]
    public async Task Zeroed_pages_are_harmless_or_refused()
    {
        var (killed, state) = await KilledAsync();
        foreach (var file in Files)
        {
            for (var at = 0; at < killed[file].Length; at += 4096)
            {
                var bytes = killed[file].ToArray();
                bytes.AsSpan(at, Math.Min(4096, bytes.Length - at)).Clear();
                await IsRefusedAsync(With(killed, file, bytes), state, $"{file} with zeros at {at}");
            }
        }
    }

    [Fact]
    public async Task Files_of_another_moment_are_harmless_or_refused()
    {
        var (before, killed, state) = await KilledTwiceAsync();
        foreach (var file in Files.Where(f => f != AcknowledgedRevision.Name))
        {
            Assert.True(await IsRefusedAsync(With(killed, file, before[file]), state, $"an older {file}"), file);
        }

        await IsRefusedAsync(With(killed, AcknowledgedRevision.Name, before[AcknowledgedRevision.Name]), state, "an older record");
        await IsRefusedAsync(before, null, "all of it older, as a copy put back is");
    }

    [Fact]
    public async Task A_log_broken_in_its_middle_is_refused_though_the_record_was_lost_with_the_power()
    {
        var (before, killed, state) = await KilledTwiceAsync();
        var old = With(killed, AcknowledgedRevision.Name, before[AcknowledgedRevision.Name]);
        foreach (var at in new[] { 32 + 5, 32 + 24 + 100, 32 + FrameBytes + 9 })
        {
            var log = killed["store.db-wal"].ToArray();
            log[at] ^= 4;
            Assert.True(await IsRefusedAsync(With(old, "store.db-wal", log), state, $"a flip at {at} of the log"));
        }
    }

    [Fact]
    public async Task Whatever_is_missing_of_a_commit_that_was_not_acknowledged_the_store_opens()
    {
        await using var store = await _data.OpenAsync();
        await WriteAsync(store, new Random(Seed), 40);
        var before = await ShowAsync(store);
        var record = Copy();
        var length = (int)new FileInfo(_data.Database + "-wal").Length;
        await store.CreateAsync("pods/last", new string('l', 100_000));
        var after = await ShowAsync(store);
        var torn = With(Copy(), AcknowledgedRevision.Name, record[AcknowledgedRevision.Name]);
        var log = torn["store.db-wal"]!;
        var random = new Random(Seed);
        for (var i = 0; i < 60; i++)
        {
            // The disk took some sectors of the last commit, and others not.
            var bytes = log.ToArray();
            for (var sector = length; sector < bytes.Length; sector += 512)
            {
                if (random.Next(4) == 0)
                {
                    bytes.AsSpan(sector, Math.Min(512, bytes.Length - sector)).Clear();
                }
            }

            var cut = i % 3 == 0 ? bytes[..random.Next(length, bytes.Length)] : bytes;
            var found = await OpenAsync(With(torn, "store.db-wal", cut));
            Assert.True(found == before || found == after, $"try {i} of seed {Seed}: {found}");
        }

        Assert.Equal(after, await OpenAsync(torn));
    }

    [Fact]
    public async Task Without_the_record_what_is_left_of_a_log_is_served_for_who_wants_that()
    {
        var (killed, state) = await KilledAsync();
        var log = killed["store.db-wal"]!.ToArray();
        log[32 + (2 * FrameBytes) + 50] ^= 1;
        var damaged = With(killed, "store.db-wal", log);
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(damaged));
        Assert.Contains("Without the file acknowledged beside it, what is left would be taken as all", refusal.Message);
        Assert.NotEqual(state, await OpenAsync(With(damaged, AcknowledgedRevision.Name, null)));
    }

    [Fact]
    public async Task A_store_from_before_the_sums_is_taken_over_and_guarded_from_then_on()
    {
        string state;
        await using (var store = await _data.OpenAsync())
        {
            await WriteAsync(store, new Random(Seed), 60);
            await store.CompactAsync(new Revision(30), TestContext.Current.CancellationToken);
            state = await ShowAsync(store);
        }

        using (var file = new SqliteConnection(_data.Database, create: false))
        {
            file.Execute("DELETE FROM meta WHERE name <> 'compacted'");
            file.Execute("ALTER TABLE version DROP COLUMN sum");
            file.Execute("PRAGMA user_version = 1");
        }

        File.Delete(Path.Combine(_data.Path, AcknowledgedRevision.Name));
        Assert.Equal(state, await OpenAsync(Copy()));
        await using (var again = await _data.OpenAsync())
        {
            Assert.Equal(state, await ShowAsync(again));
            await again.CreateAsync("pods/new");
        }

        using (var file = new SqliteConnection(_data.Database, create: false))
        {
            file.Execute("DELETE FROM version WHERE revision = (SELECT min(revision) FROM version)");
        }

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(Copy()));
        Assert.Contains("writes are missing", refusal.Message);
    }

    private static async Task WriteAsync(IRevisionStore store, Random random, int writes)
    {
        for (var i = 0; i < writes; i++)
        {
            var key = $"pods/{random.Next(30)}";
            var now = await store.GetAsync(key, CancellationToken.None);
            var text = $"{i} {new string('v', random.Next(3000))}";
            _ = now is null ? await store.CreateAsync(key, text)
                : random.Next(3) == 0 ? await store.DeleteAsync(key)
                : await store.UpdateAsync(key, now.Modified.Value, text);
        }
    }

    private static async Task<string> ShowAsync(IRevisionStore store) => $"{store.Current}: {await store.ShowAsync()}";

    private async Task<(Dictionary<string, byte[]> Files, string State)> KilledAsync()
    {
        var (_, files, state) = await KilledTwiceAsync();
        return (files, state);
    }

    /// <summary>What kill -9 leaves at two moments of a store's life: some of it in the file, some in the log, all acknowledged.</summary>
    private async Task<(Dictionary<string, byte[]> Before, Dictionary<string, byte[]> After, string State)> KilledTwiceAsync()
    {
        await using var store = await _data.OpenAsync(new SqliteStoreOptions { CheckpointBytes = 20 * FrameBytes });
        var random = new Random(Seed);
        await WriteAsync(store, random, 70);
        await store.CompactAsync(new Revision(50), TestContext.Current.CancellationToken);
        await WriteAsync(store, random, 3);
        var before = Copy();
        await WriteAsync(store, random, 30);
        return (before, Copy(), await ShowAsync(store));
    }

    private Dictionary<string, byte[]> Copy() => Files.Select(f => (f, Path.Combine(_data.Path, f))).Where(f => File.Exists(f.Item2))
        .ToDictionary(f => f.f, f => Read(f.Item2));

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static Dictionary<string, byte[]> With(Dictionary<string, byte[]> files, string file, byte[]? bytes)
    {
        var changed = files.Where(f => f.Key != file).ToDictionary();
        if (bytes is not null)
        {
            changed[file] = bytes;
        }

        return changed;
    }

    /// <summary>True if it is refused, clearly and without a change; false if all is there. Anything else fails.</summary>
    private static async Task<bool> IsRefusedAsync(Dictionary<string, byte[]> files, string? state, string what)
    {
        using var directory = Lay(files);
        try
        {
            await using var store = await directory.OpenAsync();
            var found = await ShowAsync(store);
            Assert.True(state is null || found == state, $"{what}: served {found[..Math.Min(found.Length, 60)]}");
            return false;
        }
        catch (StoreUnavailableException refusal)
        {
            Assert.True(state is not null, $"{what}: {refusal.Message}");
            Assert.True(
                refusal.Message.Contains(directory.Path) && !refusal.Message.Contains("cannot be opened"), $"{what}: {refusal.Message}");
            foreach (var (name, bytes) in files)
            {
                Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(directory.Path, name))), $"{what}: refused ({refusal.Message}), but {name} was changed");
            }

            return true;
        }
    }

    private static async Task<string> OpenAsync(Dictionary<string, byte[]> files)
    {
        using var directory = Lay(files);
        await using var store = await directory.OpenAsync();
        return await ShowAsync(store);
    }

    private static TemporaryDirectory Lay(Dictionary<string, byte[]> files)
    {
        var directory = new TemporaryDirectory();
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(directory.Path, name), bytes);
        }

        return directory;
    }
}
