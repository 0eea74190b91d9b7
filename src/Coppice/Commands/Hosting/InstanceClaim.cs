using Coppice.Client;
using Coppice.Configuration;

namespace Coppice.Commands.Hosting;

/// <summary>
/// Who has which instance name on this machine. A claim outlives the server, as containers do; it ends with a purge, or with the
/// machine's next start, when the cgroups and rules of that name are gone too.
/// </summary>
internal static class InstanceClaim
{
    private const string UsualDirectory = "/run/coppice/instances";

    /// <exception cref="UserErrorException">The cluster of another data directory has the name.</exception>
    public static void Take(string instance, string dataDirectory, string directory = UsualDirectory)
    {
        OwnFiles.MakePrivateDirectory(directory);
        var file = Path.Combine(directory, instance);
        if (Owner(file) is { } owner && owner != dataDirectory && Directory.Exists(owner))
        {
            throw new UserErrorException(
                $"the instance name {instance} belongs to the cluster in {owner}: two clusters with one name would end each other's containers. Choose another with --instance",
                ExitCodes.NotPossible);
        }

        OwnFiles.WritePrivate(file, dataDirectory);
    }

    public static void Release(string instance, string dataDirectory, string directory = UsualDirectory)
    {
        var file = Path.Combine(directory, instance);
        if (Owner(file) == dataDirectory)
        {
            File.Delete(file);
        }
    }

    private static string? Owner(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}
