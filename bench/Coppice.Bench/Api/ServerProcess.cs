using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Coppice.Bench.Api;

/// <summary>A server in a process of its own, so that its memory and its collections are its own. It ends with its standard input.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string address, string token) => (_process, Address, Token) = (process, address, token);

    public string Address { get; }

    public string Token { get; }

    /// <param name="arguments">Those of <see cref="ServedApi"/>.</param>
    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["api-server", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var ready = (await process.StandardOutput.ReadLineAsync())?.Split(' ');
        return ready is [var address, var token] ? new(process, address, token) : throw new InvalidOperationException("the server did not start");
    }

    /// <summary>The API server on a store of its own, which is gone afterwards.</summary>
    /// <param name="pods">How many there are from the start.</param>
    /// <param name="spaces">In how many namespaces.</param>
    public static async Task WithAsync(int pods, int spaces, string rights, Func<ServerProcess, Task> work)
    {
        var directory = Directory.CreateTempSubdirectory("coppice-bench-").FullName;
        try
        {
            await using var server = await StartAsync(
                "coppice", directory, pods.ToString(CultureInfo.InvariantCulture), spaces.ToString(CultureInfo.InvariantCulture), rights);
            await work(server);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A client that shows the token, and opens connections as it needs them.</summary>
    public HttpClient Client()
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return new HttpClient(handler)
        {
            BaseAddress = new Uri(Address),
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new("Bearer", Token) },
        };
    }

    /// <summary>Resident memory, in MiB.</summary>
    public double ResidentMiB()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>How long processors have worked for it since it started.</summary>
    public TimeSpan Worked()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
