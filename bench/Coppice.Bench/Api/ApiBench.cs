using Coppice.Bench.Healing;

namespace Coppice.Bench.Api;

/// <summary>
/// The API server's figures: writes that are durable, reads, whole lists, over TLS by a load generator on the same cores, beside what
/// the bare web server does in turn with it, asked in the same words by the same token: what a request's length costs, it costs both. On
/// a machine that others use too, the shares of the floor say something, and the processor time of the server for each request.
/// </summary>
internal static class ApiBench
{
    private const int ListedPods = 10_900;
    private const string Space = "/api/v1/namespaces/default";

    // On a busy machine the compiler takes its time: after twelve seconds a tenth of the server's was still its own.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan LastWarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FloorWarmUp = TimeSpan.FromSeconds(8);

    // A machine's own speed moves by a fifth within minutes: what is compared is measured in turns.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);
    private const int Turns = 7;

    private static readonly string ConfigMap = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm-NAME"},"data":{"text":"TEXT"}}"""
        .Replace("TEXT", new string('x', 256), StringComparison.Ordinal);

    /// <param name="rights">Whose the requests are: <see cref="ServedApi.Masters"/> or <see cref="ServedApi.Roles"/>.</param>
    public static async Task<int> RunAsync(string rights)
    {
        await using var bare = await ServerProcess.StartAsync("bare");
        var get = new Requests("GET", $"{Space}/pods/pod-NAME", ListedPods);
        var (post, list) = (new Requests("POST", "/", Body: ConfigMap), new Requests("GET", "/list", Connections: 4));
        foreach (var floor in (Requests[])[post, get, list])
        {
            await Wrk.RunAsync(bare, floor, bare.Token, FloorWarmUp);
        }

        // Each by itself: a server that holds a million ConfigMaps already is no server that anybody makes Pods on.
        await WithServerAsync(0, rights, server => CompareAsync("ConfigMap creates", 0.40, server, new("POST", $"{Space}/configmaps", Body: ConfigMap), bare, post));
        await WithServerAsync(0, rights, server => CompareAsync("Pod creates", 0.20, server, new("POST", $"{Space}/pods", Body: PodText.Template), bare, post));
        await WithServerAsync(ListedPods, rights, async server =>
        {
            await CompareAsync("GET of a pod", 0.75, server, get, bare, get);
            await CompareAsync("lists of 10 900 pods", 0.75, server, new("GET", "/api/v1/pods", Connections: 4), bare, list);
            Console.WriteLine($"{server.ResidentMiB(),10:n0} MiB resident after that (goal 300)");
            await CompareAsync("first pages of 500", null, server, new("GET", "/api/v1/pods?limit=500", Connections: 4), bare, list);
        });
        return 0;
    }

    /// <param name="goal">Of the bare server's rate; null where that answers with something of another size, and no share is told.</param>
    private static async Task CompareAsync(string what, double? goal, ServerProcess server, Requests requests, ServerProcess bare, Requests floor)
    {
        // What is made while the compiler learns is not kept: a server is measured with as many objects as clusters have.
        var warm = Named("warm");
        await Wrk.RunAsync(server, warm.Body is null ? warm : warm with { Path = warm.Path + "?dryRun=All" }, server.Token, WarmUp);
        await Wrk.RunAsync(server, warm, server.Token, LastWarmUp);
        var (ours, beside, each) = (new List<double>(), new List<double>(), new List<double>());
        var refused = 0L;
        for (var i = 0; i < Turns; i++)
        {
            beside.Add((await Wrk.RunAsync(bare, floor, server.Token, Turn)).PerSecond);
            var before = server.Worked();
            var load = await Wrk.RunAsync(server, Named($"turn-{i}"), server.Token, Turn);
            each.Add((server.Worked() - before).TotalMicroseconds / Math.Max(1, load.Answered));
            ours.Add(load.PerSecond);
            refused += load.Refused;
        }

        var shares = ours.Zip(beside, (one, other) => one / other).ToList();
        var share = goal is null ? "" : $"; bare {Figure.Middle(beside):n0} ({beside.Min():n0} to {beside.Max():n0}); share {Figure.Middle(shares):n2} ({shares.Min():n2} to {shares.Max():n2}, goal {goal:n2})";
        Console.WriteLine(
            $"{Figure.Middle(ours),10:n0} a second ({ours.Min():n0} to {ours.Max():n0}), {Figure.Middle(each):n1} µs of the server's: {what}{share}" +
            $"{(refused > 0 ? $"; {refused} refused" : "")}; load {Figure.Load()}");

        // Names of one run must not be those of another.
        Requests Named(string run) => requests with { Body = requests.Body?.Replace("-NAME", $"-{run}-NAME", StringComparison.Ordinal) };
    }

    private static Task WithServerAsync(int pods, string rights, Func<ServerProcess, Task> work) => ServerProcess.WithAsync(pods, 1, rights, work);
}
