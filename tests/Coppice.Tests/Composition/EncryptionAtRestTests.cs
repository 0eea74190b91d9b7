using System.Text;
using Coppice.ApiServer.Encryption;
using Coppice.Commands;
using Coppice.Commands.Terminal;
using Coppice.Composition;
using Coppice.Configuration;
using Coppice.Store;
using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

/// <summary>The file that says what is encrypted in the store: made at the first start, followed while the server runs, renewed by a command.</summary>
public sealed class EncryptionAtRestTests : IDisposable
{
    private const string Secret = "the-password-of-the-shop";

    private readonly TemporaryDirectory _directory = new();

    private DataLayout Layout => new(_directory.Path);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Secrets_are_encrypted_from_the_first_start_with_a_key_that_only_its_owner_can_read()
    {
        await WriteSecretAsync();
        Assert.False(IsOnDisk(Secret));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Layout.EncryptionConfiguration));
        var made = File.ReadAllText(Layout.EncryptionConfiguration);
        Assert.Equal([Secret], await SecretsAsync());
        Assert.Equal(made, File.ReadAllText(Layout.EncryptionConfiguration));
        Assert.Equal(made, EncryptionConfiguration.Parse(made, "made").ToYaml());
    }

    [Fact]
    public async Task The_command_writes_all_secrets_of_a_stopped_cluster_with_a_new_key()
    {
        await WriteSecretAsync();
        var before = KeyNames();
        var key = await EncryptionCommand.RotateAsync(Layout, TimeProvider.System, Stop);
        Assert.Equal([key, .. before], KeyNames());
        Assert.False(IsOnDisk($"aesgcm:v1:{before[0]}:"));
        Assert.True(IsOnDisk($"aesgcm:v1:{key}:"));
        Assert.Equal([Secret], await SecretsAsync());
    }

    [Fact]
    public async Task Of_two_who_renew_the_keys_at_once_one_is_refused()
    {
        await WriteSecretAsync();
        var before = File.ReadAllText(Layout.EncryptionConfiguration);
        using (File.Open(Layout.EncryptionConfiguration + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains(
                "the keys are being renewed by another",
                (await Assert.ThrowsAsync<UserErrorException>(() => EncryptionCommand.RotateAsync(Layout, TimeProvider.System, Stop))).Message);
        }

        Assert.Equal(before, File.ReadAllText(Layout.EncryptionConfiguration));
        await EncryptionCommand.RotateAsync(Layout, TimeProvider.System, Stop);
    }

    [Fact]
    public async Task A_running_server_takes_what_the_file_says_now()
    {
        await WriteSecretAsync();
        var time = new ManualTimeProvider();
        var atRest = EncryptionAtRest.Of(Layout, null, time, NullLogger.Instance);
        await using var store = await atRest.OpenAsync(Layout.Store, NullLogger.Instance, Stop);
        using var stopping = new CancellationTokenSource();
        var running = atRest.RunAsync(stopping.Token);

        // What cannot be used leaves everything as it was.
        var good = File.ReadAllText(Layout.EncryptionConfiguration);
        File.WriteAllText(Layout.EncryptionConfiguration, "nonsense");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal($"secrets are encrypted with {KeyNamesOf(good)[0]}", atRest.Remark);

        File.WriteAllText(Layout.EncryptionConfiguration, EncryptionConfiguration.Parse(good, "good").WithNewKey().ToYaml());
        await Eventually.TrueAsync("the new key in use", TimeSpan.FromSeconds(30), () =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return atRest.Remark == $"secrets are encrypted with {KeyNames()[0]}";
        });
        Assert.False(IsOnDisk($"aesgcm:v1:{KeyNamesOf(good)[0]}:"));
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task With_another_key_than_before_the_cluster_does_not_start_and_with_the_old_one_it_does()
    {
        await WriteSecretAsync();
        var lost = Layout.EncryptionConfiguration + ".lost";
        File.Move(Layout.EncryptionConfiguration, lost);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(SecretsAsync);
        Assert.Contains($"which {Layout.EncryptionConfiguration} does not have. Nothing was changed and nothing is lost", refused.Message);
        File.Move(lost, Layout.EncryptionConfiguration, overwrite: true);
        Assert.Equal([Secret], await SecretsAsync());
    }

    [Fact]
    public async Task Keys_of_somebody_else_are_left_to_them()
    {
        Directory.CreateDirectory(_directory.Path);
        File.WriteAllText(Layout.Options, "--encryption-provider-config /etc/keys.yaml\n");
        Assert.Contains(
            "the keys of this cluster are in /etc/keys.yaml",
            (await Assert.ThrowsAsync<UserErrorException>(() => EncryptionCommand.RotateAsync(Layout, TimeProvider.System, Stop))).Message);
    }

    [Theory]
    [InlineData("kind: Pod", "is no EncryptionConfiguration of apiserver.config.k8s.io/v1")]
    [InlineData("a: [", "error converting YAML to JSON")]
    [InlineData("colour: red", "colour")]
    [InlineData("", "resources: Required value")]
    [InlineData("resources: []", "resources: Required value")]
    [InlineData("resources: [~]", "$.resources[0] is empty")]
    [InlineData("resources: [{resources: [secrets], providers: [~]}]", "$.resources[0].providers[0] is empty")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {keys: [~]}}]}]", "$.resources[0].providers[0].aesgcm.keys[0] is empty")]
    [InlineData("resources: [{}]", "resources[0].resources: Required value")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {}}]}]", "resources[0].providers[0].aesgcm.keys: Required value")]
    [InlineData("resources: [{resources: [secrets], providers: [{kms: {}}]}]", "resources[0].providers[0]: of the providers only aesgcm and identity are supported")]
    [InlineData("resources: [{resources: [secrets], providers: [{}]}]", "resources[0].providers[0]: exactly one provider is needed")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {keys: []}}]}]", "resources[0].providers[0].aesgcm.keys: Required value")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {keys: [{name: a, secret: c2hvcnQ=}]}}]}]", "keys[0].secret: has 5 bytes")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {keys: [{name: a, secret: '?'}]}}]}]", "keys[0].secret: is no base64")]
    [InlineData("resources: [{resources: [secrets], providers: [{aesgcm: {keys: [{secret: c2hvcnQ=}]}}]}]", "keys[0].name: a name is needed")]
    [InlineData("resources: [{resources: [], providers: [{identity: {}}]}]", "resources[0].resources: Required value")]
    public void A_bad_file_is_refused_with_its_place(string text, string why)
    {
        var whole = text.StartsWith("kind", StringComparison.Ordinal) ? text : $"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n{text}";
        Assert.Contains(why, Assert.Throws<FormatException>(() => EncryptionConfiguration.Parse(whole, "keys.yaml")).Message);
    }

    [Theory]
    [InlineData("secrets", "a")]
    [InlineData("configmaps", "b")]
    [InlineData("deployments.apps", "c")]
    [InlineData("widgets.example.com", null)]
    [InlineData("leases.coordination.k8s.io", "d")]
    public void The_first_entry_that_names_a_resource_decides(string resource, string? key)
    {
        var text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
            + Entry("secrets", Provider("a")) + Entry("*.", Provider("b")) + Entry("*.apps", Provider("c")) + Entry("widgets.example.com", "{identity: {}}") + Entry("*.*", Provider("d"));
        using var encryption = EncryptionConfiguration.Parse(text, "keys.yaml").ToEncryption("keys.yaml");
        Assert.Equal(key, encryption.KeyFor(resource));

        static string Entry(string pattern, string provider) => $"- {{resources: ['{pattern}'], providers: [{provider}]}}\n";
        static string Provider(string name) => $"{{aesgcm: {{keys: [{{name: {name}, secret: {Convert.ToBase64String(new byte[32])}}}]}}}}";
    }

    private async Task WriteSecretAsync()
    {
        await using var store = await OpenAsync();
        Assert.IsType<WriteOutcome.Written>(await store.WriteAsync(new StoreWrite.Create("secrets/shop/db", new(Encoding.UTF8.GetBytes(Secret))), Stop));
    }

    private async Task<IEnumerable<string>> SecretsAsync()
    {
        await using var store = await OpenAsync();
        return [.. (await store.RangeAsync(new RangeQuery("secrets/"), Stop)).Entries.Select(entry => Encoding.UTF8.GetString(entry.Value.Bytes.Span))];
    }

    private Task<SqliteRevisionStore> OpenAsync() =>
        EncryptionAtRest.Of(Layout, null, TimeProvider.System, NullLogger.Instance).OpenAsync(Layout.Store, NullLogger.Instance, Stop);

    private IReadOnlyList<string> KeyNames() => KeyNamesOf(File.ReadAllText(Layout.EncryptionConfiguration));

    private static IReadOnlyList<string> KeyNamesOf(string text) =>
        [.. EncryptionConfiguration.Parse(text, "keys").Resources[0].Providers[0].AesGcm!.Keys.Select(key => key.Name!)];

    private bool IsOnDisk(string text) => Directory.GetFiles(Layout.Store, "store.db*").Any(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    });
}
