using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Coppice.Commands.Terminal;

namespace Coppice.Commands;

/// <summary>The command line's table of contents.</summary>
internal static class CoppiceCommand
{
    private const string Overview = """
        Coppice: a Kubernetes-compatible cluster that heals itself, in one program.

        Usage: coppice COMMAND [OPTIONS]

        A cluster on this machine
          up             install what is missing, start the cluster, wait until it is ready
          status         what runs, since when, how much it uses, and what is wrong
          kubeconfig     print the administrator's kubeconfig
          down           stop it; containers and data stay, unless --purge

        More machines
          token create   a token for a machine that joins; also token list, token delete
          up --join      make this machine a node of a cluster that is there
          agent          be such a node, in the foreground

        Images
          image import   load image archives onto the node, without a registry
          image list     the images on the node

        Secrets
          encryption rotate   encrypt them on the disk with a new key

        More
          run            be the server, in the foreground
          completion     completion for bash, zsh or fish
          version        the version of coppice, and of Kubernetes it speaks

        Examples
          sudo coppice up
          export KUBECONFIG=/var/lib/coppice/admin.kubeconfig
          kubectl create deployment web --image=nginx:1.16.0 --replicas=3
          coppice status
          sudo coppice down

        "coppice COMMAND --help" tells all about one command.

        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TimeProvider time)
    {
        // Signals are the commands' own: the library's default would end the process two seconds after the first.
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            var parsed = Describe(time).Parse(arguments);
            return parsed.Action is ParseErrorAction ? Refuse(parsed) : await parsed.InvokeAsync(invocation);
        }
        catch (UserErrorException error)
        {
            await Console.Error.WriteLineAsync($"coppice: {error.Message}");
            return error.ExitCode;
        }
    }

    // What is wrong, and where to read more; not a page of help that hides it.
    private static int Refuse(ParseResult parsed)
    {
        foreach (var error in parsed.Errors.Select(one => one.Message).Distinct(StringComparer.Ordinal))
        {
            Console.Error.WriteLine($"coppice: {error}");
        }

        var names = parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
        Console.Error.WriteLine($"\"coppice {names}--help\" tells what can be said.");
        return ExitCodes.NotPossible;
    }

    private static RootCommand Describe(TimeProvider time)
    {
        var root = new RootCommand("A Kubernetes-compatible cluster that heals itself, in one program.")
        {
            UpCommand.Describe(time),
            StatusCommand.Describe(time),
            KubeconfigCommand.Describe(),
            DownCommand.Describe(time),
            ImageCommand.Describe(time),
            EncryptionCommand.Describe(time),
            TokenCommand.Describe(time),
            RunCommand.Describe(time),
            RunCommand.DescribeAgent(time),
            GuardCommand.Describe(time),
            CompletionCommand.Describe(),
            VersionCommand.Describe(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Aliases.Clear();
        help.Aliases.Add("-h");
        help.Action = new OverviewAction((HelpAction)help.Action!);
        root.SetAction(_ => Console.Out.Write(Overview));
        return root;
    }

    /// <summary>Our own words for the whole; the library's listing for one command.</summary>
    private sealed class OverviewAction(HelpAction details) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parsed)
        {
            if (parsed.CommandResult.Command is not RootCommand)
            {
                return details.Invoke(parsed);
            }

            Console.Out.Write(Overview);
            return ExitCodes.Success;
        }
    }
}
