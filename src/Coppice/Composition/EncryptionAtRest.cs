using Coppice.ApiServer.Encryption;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Store;
using Coppice.Store.Encryption;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// The file that says what is encrypted at rest: the one that somebody names, or one of our own with a key that is made at the first
/// start. It is looked at now and then, and what it says is so without a restart.
/// </summary>
internal sealed partial class EncryptionAtRest(string file, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private string _text = "";
    private string? _key;
    private string? _problem;
    private SqliteRevisionStore? _store;

    /// <param name="given">The file of somebody who looks after the keys; null for our own.</param>
    public static EncryptionAtRest Of(DataLayout layout, string? given, TimeProvider time, ILogger log)
    {
        if (given is null && !File.Exists(layout.EncryptionConfiguration))
        {
            OwnFiles.MakePrivateDirectory(layout.Keys);
            SettingsFile.Replace(layout.EncryptionConfiguration, EncryptionConfiguration.New().ToYaml());
        }

        return new(given ?? layout.EncryptionConfiguration, time, log);
    }

    /// <summary>What is so now, for people: which key secrets are written with, and what is not yet.</summary>
    public string Remark => $"{(_key is null ? "secrets are not encrypted" : $"secrets are encrypted with {_key}")}"
        + (_store is { NotRewritten: > 0 and var left } ? $", {left} values are to be written anew" : "");

    /// <exception cref="StoreUnavailableException">The file cannot be used, or has not the keys of what is stored.</exception>
    public async Task<SqliteRevisionStore> OpenAsync(string directory, ILogger storeLog, CancellationToken stop)
    {
        _text = await File.ReadAllTextAsync(file, stop);
        try
        {
            var encryption = Read(_text);
            _store = await SqliteRevisionStore.OpenAsync(directory, new SqliteStoreOptions { Encryption = encryption }, time, storeLog, stop);
            _key = encryption.KeyFor("secrets");
            return _store;
        }
        catch (FormatException wrong)
        {
            throw new StoreUnavailableException($"the store is not opened: {wrong.Message}", wrong);
        }
    }

    /// <summary>Writes all that is stored as the file says, where no server does.</summary>
    /// <exception cref="IOException">The store cannot be opened or written; the message says why.</exception>
    public async Task RewriteAsync(string directory, ILogger storeLog, CancellationToken stop)
    {
        try
        {
            await using var store = await OpenAsync(directory, storeLog, stop);
            await store.EncryptAsync(Read(_text));
        }
        catch (StoreUnavailableException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <summary>Follows the file until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, time, stop);
                await LookAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file, stop);
            if (text == _text)
            {
                return;
            }

            // Of a file that is not good it is enough to say so once.
            _text = text;
            var encryption = Read(text);
            var key = encryption.KeyFor("secrets");
            await _store!.EncryptAsync(encryption).WaitAsync(stop);
            (_key, _problem) = (key, null);
            LogTaken(file, Remark);
        }
        catch (Exception wrong) when (wrong is FormatException or StoreUnavailableException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A file that is away is looked for every time.
            if (_problem != wrong.Message)
            {
                LogNotTaken(file, wrong.Message);
            }

            _problem = wrong.Message;
        }
    }

    private ValueEncryption Read(string text) => EncryptionConfiguration.Parse(text, file).ToEncryption(file);

    [LoggerMessage(1011, LogLevel.Information, "{File} has changed: {Remark}")]
    private partial void LogTaken(string file, string remark);

    [LoggerMessage(1012, LogLevel.Error, "{File} has changed, and what it said before stays: {Why}")]
    private partial void LogNotTaken(string file, string why);
}
