using System.Security.Cryptography.X509Certificates;
using Coppice.Commands.Hosting;
using Coppice.Composition;
using Coppice.Configuration;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Tests.Composition;

public sealed class AdminKubeconfigTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_administrator_s_certificate_is_renewed_before_it_expires()
    {
        var (time, layout) = (new ManualTimeProvider(), new DataLayout(_directory.Path));
        var kubeconfig = new AdminKubeconfig(new ClusterKeys(layout, time), layout.AdminKubeconfig, 6443, time, NullLogger.Instance);
        kubeconfig.Write();
        var first = await CertificateAsync(layout);
        using var stopping = new CancellationTokenSource();
        var running = kubeconfig.RunAsync(stopping.Token);

        time.Advance(TimeSpan.FromDays(200));
        Assert.Equal(first.Thumbprint, (await CertificateAsync(layout)).Thumbprint);
        await Eventually.TrueAsync("a new certificate", TimeSpan.FromSeconds(20), async () =>
        {
            time.Advance(TimeSpan.FromDays(10));
            return (await CertificateAsync(layout)).NotAfter > first.NotAfter;
        });
        Assert.True(time.GetUtcNow().UtcDateTime < first.NotAfter.ToUniversalTime());
        await stopping.CancelAsync();
        await running;
    }

    private static async Task<X509Certificate2> CertificateAsync(DataLayout layout) =>
        (await AdministratorApi.FindAsync(layout, Stop)).ClientCertificate!.Current;
}
