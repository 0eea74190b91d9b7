using Coppice.Client;
using Coppice.Commands.Terminal;

namespace Coppice.Commands.Hosting;

/// <summary>Installs packages with apt-get, without starting the services they bring: our own containerd is the one that is wanted.</summary>
internal static class AptInstaller
{
    private const string Apt = "/usr/bin/apt-get";

    // What Debian's packages ask before they start a service; 101 forbids it.
    private const string PolicyFile = "/usr/sbin/policy-rc.d";
    private const string Policy = "#!/bin/sh\nexit 101\n";

    public static bool IsThere => File.Exists(Apt);

    /// <param name="onLine">Told what apt-get prints.</param>
    public static async Task InstallAsync(IReadOnlyList<string> packages, Action<string> onLine, CancellationToken stop)
    {
        var said = new List<string>();
        var ownPolicy = !File.Exists(PolicyFile);
        try
        {
            if (ownPolicy)
            {
                OwnFiles.Write(PolicyFile, Policy, OwnFiles.PublicDirectory);
            }

            await AptAsync(["update"]);
            await AptAsync(["install", "--yes", "--no-install-recommends", .. packages]);
        }
        finally
        {
            if (ownPolicy)
            {
                File.Delete(PolicyFile);
            }
        }

        async Task AptAsync(IReadOnlyList<string> arguments)
        {
            said.Clear();
            if (await ProgramOutput.RunAsync(Apt, arguments, Hear, stop) != 0)
            {
                throw new UserErrorException($"apt-get {string.Join(' ', arguments)} failed:\n  {string.Join("\n  ", said.TakeLast(8))}", ExitCodes.NotPossible);
            }
        }

        void Hear(string line)
        {
            lock (said)
            {
                said.Add(line);
            }

            onLine(line);
        }
    }
}
