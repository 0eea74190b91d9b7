using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Coppice.Bench.Api;

/// <param name="PerSecond">Requests that were answered, a second.</param>
/// <param name="Answered">How many requests that were.</param>
/// <param name="Refused">How many of them were answered with something else than success.</param>
internal sealed record Load(double PerSecond, long Answered, long Refused);

/// <summary>What one kind of request looks like.</summary>
/// <param name="Path">With NAME where each request has a name of its own.</param>
/// <param name="Names">How many names there are to ask for; 0 for new ones.</param>
/// <param name="Body">With NAME likewise; null for none.</param>
internal sealed record Requests(string Method, string Path, int Names = 0, string? Body = null, int Connections = 32);

/// <summary>Runs wrk, the load generator, on the cores that the server has too.</summary>
internal static partial class Wrk
{
    public static async Task<Load> RunAsync(ServerProcess server, Requests requests, string token, TimeSpan span)
    {
        var body = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(body, requests.Body ?? "");
            string[] arguments =
            [
                "-t2", $"-c{requests.Connections}", $"-d{span.TotalSeconds:0}s", "--timeout", "30s",
                "-s", Path.Combine(AppContext.BaseDirectory, "Api", "load.lua"), server.Address, "--",
                requests.Method, requests.Path, token, $"{requests.Names}", .. requests.Body is null ? Array.Empty<string>() : [body],
            ];
            using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
            var output = await wrk.StandardOutput.ReadToEndAsync();
            await wrk.WaitForExitAsync();
            return Read(output);
        }
        finally
        {
            File.Delete(body);
        }
    }

    private static Load Read(string output)
    {
        var rate = Rate().Match(output);
        var total = Total().Match(output);
        var failures = Failures().Match(output);
        return rate.Success && total.Success
            ? new(
                double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture),
                long.Parse(total.Groups[1].Value, CultureInfo.InvariantCulture),
                failures.Success ? long.Parse(failures.Groups[1].Value, CultureInfo.InvariantCulture) : 0)
            : throw new InvalidOperationException($"wrk said: {output}");
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Total();

    [GeneratedRegex(@"Non-2xx or 3xx responses:\s+(\d+)")]
    private static partial Regex Failures();
}
