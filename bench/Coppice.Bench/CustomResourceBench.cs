using System.Diagnostics;
using System.Text;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Core;
using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>
/// How many custom resources with a schema and two rules a second are read from JSON, completed, checked and kept on the durable store; and
/// beside it how much of a processor one takes, which does not depend on what else the machine does.
/// </summary>
internal static class CustomResourceBench
{
    private const int Objects = 20_000;
    private const int AtOnce = 64;
    private const string Group = "bench.example.com";

    private const string Schema = """
        {"type":"object","properties":{"spec":{"type":"object","required":["every"],
          "x-kubernetes-validations":[{"rule":"self.least <= self.most","message":"least must not exceed most"},{"rule":"self.steps.all(step, step.size() > 0)"}],
          "properties":{"every":{"type":"string","pattern":"^[a-z]+$","maxLength":20},"least":{"type":"integer","minimum":0},"most":{"type":"integer","default":9},
            "steps":{"type":"array","maxItems":10,"items":{"type":"string","maxLength":40}}}}}}
        """;

    public static async Task RunAsync()
    {
        // The first round is for the compiler.
        await MeasureAsync();
        var (perSecond, processor) = await MeasureAsync();
        Console.WriteLine($"custom resources with two rules: {perSecond:n0}/s, goal 5,000; {processor.TotalMicroseconds:n0} µs of a processor each; load {Figure.Load()}");
    }

    private static async Task<(double PerSecond, TimeSpan Processor)> MeasureAsync()
    {
        using var directory = new TemporaryDirectory();
        await using var store = await SqliteRevisionStore.OpenAsync(directory.Path, new SqliteStoreOptions(), TimeProvider.System, NullLogger.Instance, default);
        var verbs = new ApiVerbs(store, ServiceAllocationOptions.Default, null, TimeProvider.System, Random.Shared);
        var api = new InProcessClient(verbs, "system:apiserver");
        await api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, default);
        await api.CreateAsync(Definition(), default);
        await verbs.Definitions.FollowAsync(default);
        var kind = verbs.Kinds.Current.Find(Group, "v1", "crontabs")!.Kind;
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await Parallel.ForEachAsync(Enumerable.Range(0, Objects), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, stop) =>
            await api.WriteAsync(kind, new ObjectWrite.Create(kind.Format.Read(Body(i))), stop));
        return (Objects / watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before) / Objects);
    }

    private static byte[] Body(int i) => Encoding.UTF8.GetBytes(
        $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"CronTab","metadata":{"name":"tab-{{{i}}}","namespace":"default"},"spec":{"every":"day","least":3,"steps":["first","second","third"]}}""");

    private static CustomResourceDefinition Definition() => new()
    {
        Metadata = new() { Name = $"crontabs.{Group}" },
        Spec = new()
        {
            Group = Group,
            Scope = ResourceScope.Namespaced,
            Names = new() { Plural = "crontabs", Kind = "CronTab" },
            Versions = [new() { Name = "v1", Served = true, Storage = true, Schema = new() { OpenAPIV3Schema = ApiJson.Read<JSONSchemaProps>(Encoding.UTF8.GetBytes(Schema)) } }],
        },
    };
}
