using System.CommandLine;
using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
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
            Console.Out.Write(await AdministratorApi.ReadKubeconfigAsync(new DataLayout(parsed.GetValue(dataDirectory)!), stop));
            return ExitCodes.Success;
        });
        return command;
    }
}
