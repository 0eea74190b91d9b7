using System.Text;
using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

public sealed class OpeningTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Files_are_their_owners_only_and_so_is_a_directory_it_makes()
    {
        var directory = Path.Combine(_data.Path, "new");
        await using var store = await SqliteRevisionStore.OpenAsync(
            directory, new SqliteStoreOptions(), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TestContext.Current.CancellationToken);
        await store.CreateAsync("secrets/a");
        Assert.Equal("rwx", Mode(directory));
        var files = Directory.GetFiles(directory);
        Assert.Equal(["acknowledged", "lock", "lock.pid", "store.db", "store.db-wal"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal("rw", Mode(file)));
    }

    [Fact]
    public async Task A_directory_in_use_is_refused_naming_the_process()
    {
        await using (await _data.OpenAsync())
        {
            var refusal = await RefusalAsync();
            Assert.Contains($"The data directory {_data.Path} is in use by process {Environment.ProcessId}.", refusal);
        }

        await (await _data.OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_newer_version_is_refused_naming_both()
    {
        await MakeAsync();
        Alter("PRAGMA user_version = 3");
        var refusal = await RefusalUnchangedAsync();
        Assert.Contains("written by a newer Coppice (store version 3; this one reads up to version 2)", refusal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused()
    {
        using (var other = new SqliteConnection(_data.Database, create: true))
        {
            other.Execute("CREATE TABLE t (a)");
        }

        Assert.Contains("is a database of another program", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_data.Database, new string('x', 10_000));
        Assert.Contains("store.db is damaged: file is not a database", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task An_emptied_file_is_refused_and_not_taken_for_a_new_store()
    {
        await MakeAsync();
        File.WriteAllBytes(_data.Database, []);
        Assert.Contains("the file is empty", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task A_file_cut_short_is_refused()
    {
        await MakeAsync();
        File.WriteAllBytes(_data.Database, File.ReadAllBytes(_data.Database)[..20_000]);
        Assert.Contains("store.db is damaged: database disk image is malformed", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task A_log_without_its_file_is_refused()
    {
        File.WriteAllText(_data.Database + "-wal", "log");
        Assert.Contains("but the file itself is gone", await RefusalAsync());
        Assert.False(File.Exists(_data.Database));
    }

    [Fact]
    public async Task A_flipped_bit_in_a_value_is_noticed()
    {
        await MakeAsync();
        var bytes = File.ReadAllBytes(_data.Database);
        bytes[bytes.AsSpan().LastIndexOf("value 17 "u8) + 6] ^= 1;
        File.WriteAllBytes(_data.Database, bytes);
        Assert.Contains("the write of revision 18 does not match its checksum", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task A_missing_row_is_noticed()
    {
        await MakeAsync();
        Alter("DELETE FROM version WHERE revision = 7");
        Assert.Contains("the write of revision 7 is missing", await RefusalUnchangedAsync());
    }

    [Fact]
    public async Task A_store_that_was_begun_and_not_finished_is_begun_again()
    {
        File.WriteAllText(_data.Database + ".new", "half");
        await MakeAsync();
    }

    [Fact]
    public async Task A_refused_directory_is_free_again()
    {
        File.WriteAllText(_data.Database, new string('x', 10_000));
        await RefusalAsync();
        File.Delete(_data.Database);
        await MakeAsync();
    }

    private async Task MakeAsync()
    {
        await using var store = await _data.OpenAsync();
        for (var i = 0; i < 30; i++)
        {
            await store.CreateAsync($"pods/{i}", $"value {i} " + new string('v', 2000));
        }
    }

    private void Alter(string sql)
    {
        using var file = new SqliteConnection(_data.Database, create: false);
        file.Execute(sql);
    }

    private async Task<string> RefusalAsync() =>
        (await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _data.OpenAsync())).Message;

    private async Task<string> RefusalUnchangedAsync()
    {
        var before = File.ReadAllBytes(_data.Database);
        var refusal = await RefusalAsync();
        Assert.Equal(before, File.ReadAllBytes(_data.Database));
        return refusal;
    }

    private static string Mode(string path)
    {
        var mode = File.GetUnixFileMode(path);
        var shown = new StringBuilder();
        foreach (var (bit, letter) in new[] { (UnixFileMode.UserRead, 'r'), (UnixFileMode.UserWrite, 'w'), (UnixFileMode.UserExecute, 'x') })
        {
            shown.Append(mode.HasFlag(bit) ? $"{letter}" : "");
        }

        return (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) == 0 ? $"{shown}" : $"{mode}";
    }
}
