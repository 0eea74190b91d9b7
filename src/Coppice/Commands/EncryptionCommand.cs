using System.CommandLine;
using Coppice.ApiServer.Encryption;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
using Coppice.Composition;
using Coppice.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Commands;

/// <summary><c>coppice encryption</c>: the keys that secrets are encrypted with at rest.</summary>
internal static class EncryptionCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(200);

    public static Command Describe(TimeProvider time) => new("encryption", "The keys that secrets are encrypted with on the disk.") { DescribeRotate(time) };

    private static Command DescribeRotate(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var command = new Command("rotate", """
            Make a new key, and write all secrets anew with it.

            A server that runs goes on meanwhile. The old keys stay in the file, as copies of the store may need them.

            Example
              sudo coppice encryption rotate
            """)
        {
            dataDirectory,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var key = await RotateAsync(new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!)), time, stop);
            Console.Out.WriteLine($"all secrets are encrypted with {key}");
            return ExitCodes.Success;
        });
        return command;
    }

    /// <returns>The name of the new key, when everything is written with it.</returns>
    /// <exception cref="UserErrorException">There is no such file, it is somebody else's, or it did not come to an end.</exception>
    internal static async Task<string> RotateAsync(DataLayout layout, TimeProvider time, CancellationToken stop)
    {
        if (ServerArguments.EncryptionFileOf(layout) is { } given)
        {
            throw new UserErrorException($"the keys of this cluster are in {given}, which is not coppice's: put a new key in front of the others there, and the server takes it", ExitCodes.NotPossible);
        }

        if (JoinedTo.Of(layout) is { } joined)
        {
            throw new UserErrorException($"this machine is {joined}: its secrets, and their keys, are there", ExitCodes.NotPossible);
        }

        if (!File.Exists(layout.EncryptionConfiguration))
        {
            throw new UserErrorException($"there is no cluster in {layout.Root} yet: start one with \"coppice up\", or name its directory with --data-dir", ExitCodes.NotPossible);
        }

        using var alone = Alone(layout);
        try
        {
            var renewed = EncryptionConfiguration.Parse(await File.ReadAllTextAsync(layout.EncryptionConfiguration, stop), layout.EncryptionConfiguration).WithNewKey();
            using var encryption = renewed.ToEncryption(layout.EncryptionConfiguration);
            var key = encryption.KeyFor("secrets") ?? throw new UserErrorException($"{layout.EncryptionConfiguration} says that secrets are not encrypted", ExitCodes.NotPossible);
            if (!SettingsFile.Replace(layout.EncryptionConfiguration, renewed.ToYaml()))
            {
                throw new UserErrorException($"{layout.EncryptionConfiguration} could not be written: the keys stay as they are", ExitCodes.NotPossible);
            }

            await (ServerProcess.Find(layout) is null
                ? EncryptionAtRest.Of(layout, null, time, NullLogger.Instance).RewriteAsync(layout.Store, NullLogger.Instance, stop)
                : WaitForServerAsync(layout, key, time, stop));
            return key;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(wrong.Message, ExitCodes.NotPossible, wrong);
        }
    }

    /// <summary>Of two at a time, the file that is written last would not have the key of the other, which values are written with already.</summary>
    private static FileStream Alone(DataLayout layout)
    {
        try
        {
            return new FileStream(layout.EncryptionConfiguration + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnFiles.PrivateFile,
            });
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the keys are being renewed by another \"coppice encryption rotate\", or cannot be: {refused.Message}", ExitCodes.NotPossible, refused);
        }
    }

    private static async Task WaitForServerAsync(DataLayout layout, string key, TimeProvider time, CancellationToken stop)
    {
        using var api = new HttpApiClient(await AdministratorApi.FindAsync(layout, stop), time);
        for (var end = time.GetUtcNow() + Patience; ; await Task.Delay(AskEvery, time, stop))
        {
            var said = await api.TryGetTextAsync("/readyz/encryption?verbose", stop);
            if (said.Contains($"encrypted with {key})", StringComparison.Ordinal))
            {
                return;
            }

            if (time.GetUtcNow() > end)
            {
                throw new UserErrorException($"the key {key} was made, but the server has not written everything with it yet; its log may say why. It says: {said.TrimEnd()}", ExitCodes.Failure);
            }
        }
    }
}
