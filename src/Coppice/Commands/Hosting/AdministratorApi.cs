using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Objects;
using YamlDotNet.RepresentationModel;

namespace Coppice.Commands.Hosting;

/// <summary>The API of a cluster on this machine as its administrator, by the kubeconfig in the data directory.</summary>
internal static class AdministratorApi
{
    /// <summary>A person waits, but a busy machine may need its time; a server that is not there refuses at once.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <exception cref="UserErrorException">There is none, or not for this user.</exception>
    public static async Task<string> ReadKubeconfigAsync(DataLayout layout, CancellationToken stop)
    {
        try
        {
            return await File.ReadAllTextAsync(layout.AdminKubeconfig, stop);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException && JoinedTo.Of(layout) is { } joined)
        {
            throw new UserErrorException($"this machine is {joined}: its administrator is there", ExitCodes.NotPossible, missing);
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

    /// <exception cref="UserErrorException">There is no kubeconfig, or it cannot be read.</exception>
    public static async Task<HttpApiOptions> FindAsync(DataLayout layout, CancellationToken stop)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(await ReadKubeconfigAsync(layout, stop)));
        var root = yaml.Documents[0].RootNode;
        var cluster = root["clusters"][0]["cluster"];
        var user = root["users"][0]["user"];
        return new HttpApiOptions(new Uri(cluster["server"].ToString()), [X509Certificate2.CreateFromPem(Pem(cluster, "certificate-authority-data"))])
        {
            ClientCertificate = X509Certificate2.CreateFromPem(Pem(user, "client-certificate-data"), Pem(user, "client-key-data")),
            RequestTimeout = RequestTimeout,
        };
    }

    /// <summary>All objects of a kind; null while the API cannot be reached or is not ready to answer.</summary>
    public static Task<IReadOnlyList<T>?> TryListAsync<T>(this IApiClient api, CancellationToken stop) where T : KubernetesObject =>
        api.TryListAsync<T>(ListQuery.All, stop);

    /// <summary>Likewise those that a query asks for.</summary>
    public static async Task<IReadOnlyList<T>?> TryListAsync<T>(this IApiClient api, ListQuery query, CancellationToken stop) where T : KubernetesObject
    {
        try
        {
            return (await api.ListAsync<T>(query, stop)).Items;
        }
        catch (Exception away) when (away is HttpRequestException or IOException or ApiException)
        {
            return null;
        }
    }

    /// <summary>Null if there is none, or while the API cannot be reached or is not ready to answer.</summary>
    public static async Task<T?> TryFindAsync<T>(this IApiClient api, ObjectKey key, CancellationToken stop) where T : KubernetesObject
    {
        try
        {
            return await api.FindAsync<T>(key, stop);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or ApiException)
        {
            return null;
        }
    }

    /// <summary>What stands at a path; empty while the API cannot be reached or refuses.</summary>
    public static async Task<string> TryGetTextAsync(this HttpApiClient api, string path, CancellationToken stop)
    {
        try
        {
            return await api.GetTextAsync(path, stop);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or ApiException)
        {
            return "";
        }
    }

    private static string Pem(YamlNode node, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(node[key].ToString()));
}
