using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>A registry with the example images, which a cluster uses as the mirror of all the others.</summary>
internal sealed class ImageRegistry : IAsyncDisposable
{
    public static readonly Uri Address = new("http://127.0.0.1:5000");

    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(20);

    private readonly RunningCommand _process;

    private ImageRegistry(RunningCommand process) => _process = process;

    public static async Task<ImageRegistry> StartAsync(NetworkNamespace network, string folder, string logFile)
    {
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "config.yml");
        await File.WriteAllTextAsync(configuration, $$$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: {{{folder}}}/images}}
            http: {addr: "{{{Address.Authority}}}"}
            """);
        var registry = new ImageRegistry(network.Enter(new Command("docker-registry", "serve", configuration)).Start(logFile));
        try
        {
            await registry.FillAsync(network);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task FillAsync(NetworkNamespace network)
    {
        using var http = network.NewHttpClient(UpWithin);
        await Eventually.TrueAsync("the image registry", UpWithin, async () => _process.HasEnded
            ? throw new InvalidOperationException($"docker-registry ended; it said:\n{_process.Said}")
            : (await http.GetAsync(new Uri(Address, "/v2/"))).IsSuccessStatusCode);
        using var registry = new RegistryClient(Address, network.NewHandler());
        foreach (var image in ImageCatalog.Build(Applications.Compile()))
        {
            await registry.PushAsync(image, CancellationToken.None);
        }
    }
}
