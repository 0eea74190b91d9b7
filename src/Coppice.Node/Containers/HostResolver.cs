using Coppice.Node.Runtime;

namespace Coppice.Node.Containers;

/// <summary>The node's own resolver settings, which pods inherit beyond the cluster's names.</summary>
public static class HostResolver
{
    /// <param name="path">A file in the form of resolv.conf(5); one that is missing is an empty one.</param>
    public static DnsSettings Read(string path) => Parse(File.Exists(path) ? File.ReadAllLines(path) : []);

    /// <summary>As resolvers do: of several search lines the last one counts.</summary>
    public static DnsSettings Parse(IEnumerable<string> lines)
    {
        var servers = new List<string>();
        var options = new List<string>();
        string[] searches = [];
        foreach (var line in lines)
        {
            switch (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                case ["nameserver", var server, ..]:
                    servers.Add(server);
                    break;
                case ["search" or "domain", .. var names]:
                    searches = [.. names.Where(n => n != ".")];
                    break;
                case ["options", .. var given]:
                    options.AddRange(given);
                    break;
            }
        }

        return new DnsSettings(servers, searches, options);
    }
}
