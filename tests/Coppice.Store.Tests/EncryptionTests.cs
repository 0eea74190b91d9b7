using System.Security.Cryptography;
using System.Text;
using Coppice.Store.Encryption;
using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

/// <summary>What lies on the disk of values that are to be secret, by the bytes of the files.</summary>
public sealed class EncryptionTests : IDisposable
{
    private const string Secret = "the-password-of-the-shop";

    private static readonly EncryptionKey First = Key("first");
    private static readonly EncryptionKey Second = Key("second");

    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Secrets_are_not_on_the_disk_and_all_else_is()
    {
        await using (var store = await OpenAsync(With(First)))
        {
            await store.CreateAsync("secrets/shop/db", Secret);
            await store.CreateAsync("configmaps/shop/web", "the-colour-of-the-shop");
            Assert.False(IsOnDisk(Secret));
        }

        Assert.False(IsOnDisk(Secret));
        Assert.True(IsOnDisk("the-colour-of-the-shop"));
        Assert.True(IsOnDisk("k8s:enc:aesgcm:v1:first:"));
        await using var again = await OpenAsync(With(First));
        Assert.Equal($"secrets/shop/db={Secret}@1:1", await again.ShowAsync("secrets/"));
    }

    [Fact]
    public async Task What_was_plain_is_encrypted_by_the_next_opening_with_its_history()
    {
        await using (var store = await _data.OpenAsync())
        {
            await store.CreateAsync("secrets/shop/db", Secret + "-of-yesterday");
            await store.UpdateAsync("secrets/shop/db", 1, Secret + string.Concat(Enumerable.Repeat(" and-so-on", 5000)));
            await store.CreateAsync("pods/a");
        }

        Assert.True(IsOnDisk(Secret));
        await using (var store = await OpenAsync(With(First)))
        {
            await store.EncryptAsync(With(First));
            Assert.Equal(0, store.NotRewritten);
            Assert.False(IsOnDisk(Secret));
            await store.CreateAsync("pods/b");
        }

        Assert.False(IsOnDisk(Secret));
        await using var again = await OpenAsync(With(First));
        Assert.Equal($"secrets/shop/db={Secret}-of-yesterday@1:1", await again.ShowAsync("secrets/", 1));
        Assert.Equal("pods/a=v@3:3 pods/b=v@4:4", await again.ShowAsync("pods/"));
        Assert.Equal(new Revision(4), again.Current);
    }

    [Fact]
    public async Task What_was_plain_and_is_forgotten_meanwhile_is_not_left_on_the_disk()
    {
        await using var store = await _data.OpenAsync();
        for (var i = 0; i < 300; i++)
        {
            await store.CreateAsync($"secrets/shop/s{i}", "other");
        }

        var before = await store.CreateAsync("secrets/shop/db", Secret);
        for (var i = 0; i < 600; i++)
        {
            before = await store.UpdateAsync("secrets/shop/db", before.Value, Secret + string.Concat(Enumerable.Repeat($" {i}", 500)));
        }

        var compacted = store.CompactAsync(before, Stop);
        await store.EncryptAsync(With(First));
        await compacted;
        Assert.False(IsOnDisk(Secret));
    }

    [Fact]
    public async Task Who_waits_for_the_last_value_is_told_when_the_store_is_closed_first()
    {
        var store = await _data.OpenAsync(new SqliteStoreOptions { BytesPerCommit = 1 });
        for (var i = 0; i < 500; i++)
        {
            await store.CreateAsync($"secrets/shop/s{i}", Secret);
        }

        var encrypted = store.EncryptAsync(With(First));
        await store.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encrypted.WaitAsync(TimeSpan.FromSeconds(20), Stop));
        await using var again = await OpenAsync(With(First));
        await again.EncryptAsync(With(First));
        Assert.False(IsOnDisk(Secret));
    }

    [Fact]
    public async Task A_new_key_takes_over_while_the_store_is_used_and_the_old_one_is_needed_no_more()
    {
        await using (var store = await OpenAsync(With(First)))
        {
            for (var i = 0; i < 600; i++)
            {
                await store.CreateAsync($"secrets/shop/s{i}", Secret);
            }

            var rotated = store.EncryptAsync(With(Second, First));
            await store.CreateAsync("secrets/shop/meanwhile", Secret);
            await rotated;
        }

        Assert.False(IsOnDisk("aesgcm:v1:first:"));
        await using var again = await OpenAsync(With(Second));
        Assert.Equal(601, (await again.RangeAsync(new RangeQuery("secrets/"), Stop)).Entries.Count);
    }

    [Fact]
    public async Task Without_its_key_a_store_is_refused_and_left_as_it_is()
    {
        await using (var store = await OpenAsync(With(First)))
        {
            await store.CreateAsync("secrets/shop/db", Secret);
        }

        var before = File.ReadAllBytes(_data.Database);
        Assert.Contains(
            "secrets/shop/db was encrypted with the key \"first\", which keys.yaml does not have. Nothing was changed and nothing is lost: put back the file of keys",
            await RefusalAsync(With(Second)));
        Assert.Contains("with another key \"first\" than keys.yaml has", await RefusalAsync(With(Key("first"))));
        Assert.Contains("which this server does not have", await RefusalAsync(null));
        Assert.Equal(before, File.ReadAllBytes(_data.Database));
        await using var again = await OpenAsync(With(First));
        Assert.Equal($"secrets/shop/db={Secret}@1:1", await again.ShowAsync());
    }

    [Fact]
    public async Task A_running_store_does_not_take_keys_that_cannot_read_it()
    {
        await using var store = await OpenAsync(With(First));
        await store.CreateAsync("secrets/shop/db", Secret);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.EncryptAsync(With(Second)));
        await store.CreateAsync("secrets/shop/more", Secret);
        Assert.True(IsOnDisk("aesgcm:v1:first:"));
        Assert.False(IsOnDisk("aesgcm:v1:second:"));
    }

    [Fact]
    public async Task What_is_to_be_plain_again_becomes_so()
    {
        await using (var store = await OpenAsync(With(First)))
        {
            await store.CreateAsync("secrets/shop/db", Secret);
            await store.EncryptAsync(new ValueEncryption("keys.yaml", [First], _ => null));
        }

        Assert.True(IsOnDisk(Secret));
        await using var again = await _data.OpenAsync();
        Assert.Equal($"secrets/shop/db={Secret}@1:1", await again.ShowAsync());
    }

    [Fact]
    public void A_value_is_good_under_its_own_key_of_the_store_alone_and_never_the_same_twice()
    {
        using var encryption = With(First);
        var plain = Encoding.UTF8.GetBytes(Secret);
        var (one, two) = (encryption.Seal("secrets/shop/a", plain).ToArray(), encryption.Seal("secrets/shop/a", plain).ToArray());
        Assert.NotEqual(one, two);
        Assert.Equal(plain, encryption.Open("secrets/shop/a", one));
        Assert.Throws<CryptographicException>(() => encryption.Open("secrets/shop/b", one));
        one[^1] ^= 1;
        Assert.Throws<CryptographicException>(() => encryption.Open("secrets/shop/a", one));
        Assert.Throws<CryptographicException>(() => encryption.Open("secrets/shop/a", two[..30]));
        Assert.Throws<CryptographicException>(() => encryption.Open("secrets/shop/a", "k8s:enc:kms:v2:other"u8.ToArray()));
    }

    private static EncryptionKey Key(string name) => new(name, RandomNumberGenerator.GetBytes(32));

    private static ValueEncryption With(params EncryptionKey[] keys) => new("keys.yaml", keys, resource => resource == "secrets" ? keys[0] : null);

    private ValueTask<SqliteRevisionStore> OpenAsync(ValueEncryption? encryption) => _data.OpenAsync(new SqliteStoreOptions { Encryption = encryption });

    private async Task<string> RefusalAsync(ValueEncryption? encryption) =>
        (await Assert.ThrowsAsync<StoreUnavailableException>(async () => await OpenAsync(encryption))).Message;

    private bool IsOnDisk(string text)
    {
        foreach (var path in Directory.GetFiles(_data.Path, "store.db*"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            if (bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
