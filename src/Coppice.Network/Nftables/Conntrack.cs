using System.ComponentModel;
using System.Diagnostics;

namespace Coppice.Network.Nftables;

/// <summary>
/// Makes the kernel forget UDP connections that lead to endpoints that are gone. A client that keeps its socket would be led
/// there for as long as it sends; TCP needs no such thing, since its connections end.
/// </summary>
internal static class Conntrack
{
    /// <returns>False if the program <c>conntrack</c> is not installed: then such clients recover when their entry times out (30 s to 2 min).</returns>
    public static bool Forget(IReadOnlyList<UdpRoute> routes, NftFamily family)
    {
        foreach (var route in routes)
        {
            List<string> arguments = ["-D", "-f", family == NftFamily.V6 ? "ipv6" : "ipv4", "-p", "udp", "--orig-port-dst", $"{route.Port}", "--dst-nat", route.EndpointAddress];
            if (route.Address is { } address)
            {
                arguments.AddRange(["--orig-dst", address]);
            }

            try
            {
                using var process = Process.Start(new ProcessStartInfo("conntrack", arguments)
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                })!;
                process.BeginErrorReadLine();
                process.BeginOutputReadLine();
                process.WaitForExit();
            }
            catch (Win32Exception)
            {
                return false;
            }
        }

        return true;
    }
}
