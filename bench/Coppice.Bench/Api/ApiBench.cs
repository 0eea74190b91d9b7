namespace Coppice.Bench.Api;

/// <summary>
/// The API server's figures: writes that are durable, reads, whole lists, over TLS by a load generator on the same cores, beside what
/// the bare web server does in the same run. On a machine that others use too, the shares of the floor say something, and the processor time of the server for
/// each request.
/// </summary>
internal static class ApiBench
{
    private const int ListedPods = 10_900;
    private const string Space = "/api/v1/namespaces/default";

    // On a busy machine the compiler takes its time: after twelve seconds a tenth of the server's was still its own.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(6);

    private static readonly string ConfigMap = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm-NAME"},"data":{"text":"TEXT"}}"""
        .Replace("TEXT", new string('x', 256), StringComparison.Ordinal);

    /// <param name="rights">Whose the requests are: <see cref="ServedApi.Masters"/> or <see cref="ServedApi.Roles"/>.</param>
    public static async Task<int> RunAsync(string rights)
    {
        Console.WriteLine($"load of the machine before: {Load()}");
        await using (var bare = await ServerProcess.StartAsync("bare"))
        {
            await MeasureAsync("bare web server: POST", bare, new("POST", "/", Body: ConfigMap));
            await MeasureAsync("bare web server: GET", bare, new("GET", "/"));
            await MeasureAsync("bare web server: 33 MB", bare, new("GET", "/list", Connections: 4));
        }

        await WithServerAsync(0, rights, async server =>
        {
            await MeasureAsync("ConfigMap creates (goal 15 000)", server, new("POST", $"{Space}/configmaps", Body: ConfigMap));
            await MeasureAsync("Pod creates (goal 7 000)", server, new("POST", $"{Space}/pods", Body: PodText.Template));
        });
        await WithServerAsync(ListedPods, rights, async server =>
        {
            await MeasureAsync("GET of a pod (goal 30 000)", server, new("GET", $"{Space}/pods/pod-NAME", ListedPods));
            await MeasureAsync("lists of 10 900 pods (goal 25)", server, new("GET", "/api/v1/pods", Connections: 4));
            Console.WriteLine($"{server.ResidentMiB(),10:n0} MiB resident after that (goal 300)");
            await MeasureAsync("first pages of 500", server, new("GET", "/api/v1/pods?limit=500", Connections: 4));
        });
        Console.WriteLine($"load of the machine after: {Load()}");
        return 0;
    }

    private static async Task MeasureAsync(string what, ServerProcess server, Requests requests)
    {
        // Names of a first run must not be those of a second.
        await Wrk.RunAsync(server, requests with { Body = requests.Body?.Replace("-NAME", "-warm-NAME", StringComparison.Ordinal) }, WarmUp);
        var before = server.Worked();
        var load = await Wrk.RunAsync(server, requests, Measured);
        var each = (server.Worked() - before).TotalMicroseconds / Math.Max(1, load.Answered);
        Console.WriteLine($"{load.PerSecond,10:n0} a second, {each,9:n1} µs of the server's: {what}{(load.Refused > 0 ? $", {load.Refused} refused" : "")}");
    }

    private static Task WithServerAsync(int pods, string rights, Func<ServerProcess, Task> work) => ServerProcess.WithAsync(pods, 1, rights, work);

    private static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(2));
}
