using Coppice.Client;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>Keeps the administrator's kubeconfig: it is written anew at each start, and while the server runs before its certificate expires.</summary>
/// <param name="port">Where the API listens.</param>
internal sealed partial class AdminKubeconfig(ClusterKeys keys, string path, int port, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    private readonly RenewedCertificate _certificate = new(keys.IssueAdmin, time);
    private string? _written;

    /// <summary>Writes it, unless what was written is good for long.</summary>
    public void Write()
    {
        var certificate = _certificate.Current;
        if (_written == certificate.Thumbprint)
        {
            return;
        }

        if (keys.WriteKubeconfig(certificate, port))
        {
            _written = certificate.Thumbprint;
        }
        else
        {
            LogStays(path);
        }
    }

    /// <summary>Looks after it until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookEvery, time, stop);
                Write();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "{File} could not be written; the one of before stays")]
    private partial void LogStays(string file);
}
