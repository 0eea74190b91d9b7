using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>A registry with the example images, which a cluster uses as the mirror of all the others.</summary>
internal sealed class ImageRegistry : IAsyncDisposable
{
    public static readonly Uri Address = new("http://127.0.0.1:5000");


    private readonly RunningCommand _process;
    private readonly NetworkNamespace _network;

    private ImageRegistry(RunningCommand process, NetworkNamespace network) => (_process, _network) = (process, network);

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
        var registry = new ImageRegistry(network.Enter(new Command("docker-registry", "serve", configuration)).Start(logFile), network);
        try
        {
            await registry.FillAsync();
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves images beside those of the catalog.</summary>
    public async Task PushAsync(params IReadOnlyList<ContainerImage> images)
    {
        using var registry = new RegistryClient(Address, _network.NewHandler());
        foreach (var image in images)
        {
            await registry.PushAsync(image, CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task FillAsync()
    {
        using var http = _network.NewHttpClient(Patience);
        await Eventually.TrueAsync("the image registry", Patience, async () => _process.HasEnded
            ? throw new InvalidOperationException($"docker-registry ended; it said:\n{_process.Said}")
            : (await http.GetAsync(new Uri(Address, "/v2/"))).IsSuccessStatusCode);
        await PushAsync(ImageCatalog.Build(Applications.Compile()));
    }
}
