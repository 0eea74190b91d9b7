using System.Diagnostics;
using Coppice.Store.Encryption;
using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly bool _mounted;

    public FullDiskTests() => _mounted = Run("mount", "-t", "tmpfs", "-o", "size=2m", "coppice-store-test", _data.Path);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_mounted)
        {
            Assert.True(Run("umount", _data.Path), $"{_data.Path} is still mounted");
        }

        _data.Dispose();
    }

    [Fact]
    public async Task On_a_full_disk_writers_are_told_and_nothing_changes_and_with_room_it_goes_on()
    {
        Assert.SkipUnless(_mounted, "a small tmpfs cannot be mounted here (needs CAP_SYS_ADMIN)");
        var store = await _data.OpenAsync();
        await store.CreateAsync("pods/first", "1");
        using var watch = store.Watch("pods/", store.Current);
        var ballast = FillDisk();

        var large = new string('x', 200_000);
        var writes = Enumerable.Range(0, 8).Select(i => Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateAsync($"pods/{i}", large)));
        var refusals = await Task.WhenAll(writes);
        Assert.All(refusals, refusal => Assert.Matches(
            $"^The disk under {_data.Path} is full \\([0-9.]+ MiB free\\), so this was not written\\. Nothing was lost; "
            + "writing goes on by itself when there is room\\.$",
            refusal.Message));
        Assert.Equal((new Revision(1), "pods/first=1@1:1"), (store.Current, await store.ShowAsync()));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.UpdateAsync("pods/first", 1, large));

        File.Delete(ballast);
        Assert.Equal(new Revision(2), await store.CreateAsync("pods/second", "2"));
        Assert.Equal("Put pods/second=2@2:2 after nothing", StoreShorthand.Show(Assert.Single(await watch.NextAsync(Stop))));
        await store.DisposeAsync();
        await using var again = await _data.OpenAsync();
        Assert.Equal("pods/first=1@1:1 pods/second=2@2:2", await again.ShowAsync());
    }

    [Fact]
    public async Task A_disk_that_fills_up_while_many_write_loses_nothing_acknowledged()
    {
        Assert.SkipUnless(_mounted, "a small tmpfs cannot be mounted here (needs CAP_SYS_ADMIN)");
        var store = await _data.OpenAsync(new SqliteStoreOptions { CheckpointBytes = 64 << 10 });
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(WriteUntilFullAsync));
        var before = await store.ShowAsync();
        Assert.Equal(store.Current.Value, written.Sum());
        await store.DisposeAsync();
        await using var again = await _data.OpenAsync();
        Assert.Equal(before, await again.ShowAsync());

        async Task<int> WriteUntilFullAsync(int writer)
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    await store.CreateAsync($"pods/{writer}/{i}", new string('x', 5000));
                }
                catch (StoreUnavailableException)
                {
                    return i;
                }
            }
        }
    }

    [Fact]
    public async Task A_store_opens_on_a_full_disk_for_reading_and_writes_when_there_is_room()
    {
        Assert.SkipUnless(_mounted, "a small tmpfs cannot be mounted here (needs CAP_SYS_ADMIN)");
        await using (var before = await _data.OpenAsync())
        {
            await before.CreateAsync("pods/first", "1");
        }

        var ballast = FillDisk();
        await using var store = await _data.OpenAsync();
        Assert.Equal("pods/first=1@1:1", await store.ShowAsync());
        Assert.Null(store.Trouble);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateAsync("pods/second", new string('x', 100_000)));
        Assert.Contains("is full", store.Trouble);
        File.Delete(ballast);
        await store.CreateAsync("pods/second", "2");
        Assert.Null(store.Trouble);
    }

    [Theory]
    [InlineData(600_000)]
    [InlineData(1)]
    public async Task What_a_full_disk_keeps_from_being_encrypted_is_encrypted_when_there_is_room(int before)
    {
        Assert.SkipUnless(_mounted, "a small tmpfs cannot be mounted here (needs CAP_SYS_ADMIN)");
        await using var store = await _data.OpenAsync(new SqliteStoreOptions { CheckpointBytes = 64 << 10 });

        // What was written before leaves a log that has room for more or less, and a file that has none.
        await store.CreateAsync("pods/before", new string('x', before));
        for (var i = 0; i < 400; i++)
        {
            await store.CreateAsync($"secrets/{i}", new string('s', 300));
        }

        var ballast = FillDisk();
        var key = new EncryptionKey("first", new byte[32]);
        var encrypted = store.EncryptAsync(new ValueEncryption("keys.yaml", [key], resource => resource == "secrets" ? key : null));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateAsync("pods/next", new string('x', 1_000_000)));
        Assert.False(encrypted.IsCompleted);
        File.Delete(ballast);
        await store.CreateAsync("pods/next");
        await encrypted.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.Equal(0, store.NotRewritten);
    }

    [Fact]
    public async Task A_full_disk_refuses_to_open_a_new_store_and_says_why()
    {
        Assert.SkipUnless(_mounted, "a small tmpfs cannot be mounted here (needs CAP_SYS_ADMIN)");
        var ballast = FillDisk();
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _data.OpenAsync());
        Assert.Contains(_data.Path, refusal.Message);
        File.Delete(ballast);
        await (await _data.OpenAsync()).DisposeAsync();
    }

    /// <summary>Takes all the room there is, and says with which file.</summary>
    private string FillDisk()
    {
        var path = Path.Combine(_data.Path, "ballast");
        using var ballast = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var page = new byte[4096];
        try
        {
            for (long at = 0; ; at += page.Length)
            {
                RandomAccess.Write(ballast, page, at);
            }
        }
        catch (IOException)
        {
            return path;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
