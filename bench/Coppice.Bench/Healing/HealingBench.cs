using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Bench.Healing;

/// <summary>
/// How fast a whole cluster heals: a real containerd, a network and a registry of its own, the release build of coppice, seen by a
/// client over HTTPS. Beside each figure stands its floor, measured in turn with it: the bare CRI calls on the same containerd.
/// </summary>
internal static class HealingBench
{
    /// <summary>Where the test application listens.</summary>
    public const int Port = 8080;

    /// <summary>Before memory is read, so that what is idle is idle, and what a burst needed was given back.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(int rounds)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, Linux {Environment.OSVersion.Version}, load {Figure.Load()}");
        await RequireBinaryAsync();
        var begun = Stopwatch.GetTimestamp();
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        Console.WriteLine($"registry, images and an empty cluster until Ready: {Stopwatch.GetElapsedTime(begun).TotalSeconds:n1} s");
        var answers = new Answers(cluster.Network);
        using var api = Connect(cluster);
        using var floor = new RuntimeFloor(cluster, answers, HealingRounds.Image);
        var healing = new HealingRounds(cluster, api, answers, floor);

        // 1. Idle, before anything.
        await Task.Delay(Settling);
        PrintMemory("a new cluster", cluster);

        // 2. Once for the image and for what is compiled at first use.
        await healing.WarmUpAsync();

        // 3. The figures.
        await healing.PodsAsync(rounds);
        await healing.ReplacementsAsync(rounds);
        await healing.DeploymentsAsync(Math.Max(1, rounds / 3));
        await healing.UnreadyAsync(rounds);
        await Task.Delay(Settling);
        PrintMemory("after all that", cluster);
        await RestartsAsync(cluster, api, Math.Max(1, rounds / 3));
    }

    /// <summary>What is measured is the build that is named, or a release build.</summary>
    public static Task RequireBinaryAsync() => Environment.GetEnvironmentVariable("COPPICE_BINARY") is null ? BuildAsync() : Task.CompletedTask;

    /// <summary>Builds coppice as "./coppice up" does.</summary>
    private static async Task BuildAsync()
    {
        var output = Path.Combine(Repository.Root, "out", "bench");
        string[] arguments = ["publish", Path.Combine(Repository.Root, "src", "Coppice"), "--configuration", "Release", "--output", output, "-v", "quiet"];
        (await (new Command("dotnet", arguments) with { Timeout = TimeSpan.FromMinutes(15) }).RunAsync()).OrThrow();
        Environment.SetEnvironmentVariable("COPPICE_BINARY", Path.Combine(output, "coppice"));
    }

    public static HttpApiClient Connect(RunningCluster cluster)
    {
        var kubeconfig = File.ReadAllText(cluster.Folders.Kubeconfig);
        var server = Regex.Match(kubeconfig, @"server: (\S+)").Groups[1].Value;
        var options = new HttpApiOptions(new Uri(server), [X509Certificate2.CreateFromPem(Pem("certificate-authority-data"))])
        {
            ClientCertificate = X509Certificate2.CreateFromPem(Pem("client-certificate-data"), Pem("client-key-data")),
            Connect = async (context, stop) => new NetworkStream(await cluster.Network.ConnectAsync(context.DnsEndPoint, stop), ownsSocket: true),
        };
        return new HttpApiClient(options, TimeProvider.System);

        string Pem(string name) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Regex.Match(kubeconfig, $@"\b{name}: (\S+)").Groups[1].Value));
    }

    /// <summary>Start of the process on what it left, containers running, until the API says that everything is well.</summary>
    private static async Task RestartsAsync(RunningCluster cluster, IApiClient api, int rounds)
    {
        var figure = new Figure("start with an existing data directory → ready", "≤ 2000 ms");
        for (var round = 0; round < rounds; round++)
        {
            await cluster.Faults.StopCoppiceAsync();
            var begun = Stopwatch.GetTimestamp();
            await cluster.Faults.StartCoppiceAsync();
            while (!await IsReadyAsync(cluster, api))
            {
                await Task.Delay(5);
            }

            figure.Ours(Stopwatch.GetElapsedTime(begun));
        }

        figure.Print();
    }

    private static async Task<bool> IsReadyAsync(RunningCluster cluster, IApiClient api)
    {
        try
        {
            using var handler = cluster.Network.NewHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            using var http = new HttpClient(handler);
            using var answer = await http.GetAsync(new Uri("https://127.0.0.1:6443/readyz"));
            if (!answer.IsSuccessStatusCode)
            {
                return false;
            }

            var nodes = await api.ListAsync<Objects.Core.Node>(ListQuery.All, CancellationToken.None);
            return nodes.Items.Any(node => node.Status.Conditions.Any(one => one is { Type: "Ready", Status: "True" }));
        }
        catch (Exception away) when (away is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private static void PrintMemory(string when, RunningCluster cluster) =>
        Console.WriteLine($"resident memory, {when}: coppice {Resident(cluster.Coppice):n0} MB, containerd {Resident(cluster.Faults.Containerd):n0} MB, goal ≤ 120 MB; load {Figure.Load()}");

    /// <summary>Of a process, in thousands of kB.</summary>
    public static double Resident(int process) => double.Parse(Processes.StatusField(process, "VmRSS").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) / 1000;
}
