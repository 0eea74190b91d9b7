using System.CommandLine;
using Coppice.Configuration;

namespace Coppice.Commands;

/// <summary><c>coppice kubeconfig</c>: what kubectl needs to be the cluster's administrator.</summary>
internal static class KubeconfigCommand
{
    public static Command Describe()
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var command = new Command("kubeconfig", """
            Print the administrator's kubeconfig.

            It holds a private key: keep it to yourself.

            Example
              sudo coppice kubeconfig > ~/coppice.kubeconfig
              export KUBECONFIG=~/coppice.kubeconfig
            """)
        {
            dataDirectory,
        };
        command.SetAction(async (parsed, stop) =>
        {
            Console.Out.Write(await ReadAsync(new DataLayout(parsed.GetValue(dataDirectory)!), stop));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <exception cref="UserErrorException">There is none, or not for this user.</exception>
    public static async Task<string> ReadAsync(DataLayout layout, CancellationToken stop)
    {
        try
        {
            return await File.ReadAllTextAsync(layout.AdminKubeconfig, stop);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no cluster in {layout.Root} yet: start one with \"coppice up\", or name its directory with --data-dir", ExitCodes.NotRunning, missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new UserErrorException($"{layout.AdminKubeconfig} is not readable for {Environment.UserName}: try again with sudo", ExitCodes.NotPossible, denied);
        }
    }
}
