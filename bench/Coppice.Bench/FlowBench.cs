using System.Diagnostics;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Coppice.Client;

namespace Coppice.Bench;

/// <summary>What it takes a request to be told its level and to take a seat there that is free.</summary>
internal static class FlowBench
{
    private const int Requests = 5_000_000;

    public static async Task RunAsync()
    {
        var flows = new FlowControl(new FlowOptions(), TimeProvider.System, new Random(1));
        await RunAsync(flows, "an administrator", "admin", Users.Masters);
        await RunAsync(flows, "a node", "system:node:node-1", Users.Nodes);
        await RunAsync(flows, "a service account", "system:serviceaccount:default:app", "system:serviceaccounts");
        await RunAsync(flows, "anybody", "jane", Users.Authenticated);
    }

    private static async Task RunAsync(FlowControl flows, string who, string name, string group)
    {
        var user = Users.Of(name, group);
        var request = ApiRequest.Parse("GET", "/api/v1/namespaces/default/pods/web-1", watch: false);
        var access = AccessRequest.Of(request, null);
        for (var round = 0; round < 2; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Requests; i++)
            {
                using var seat = await flows.TakeAsync(flows.RuleOf(user, access), user, (access, request), 1, default);
            }

            if (round > 0)
            {
                Console.WriteLine($"a turn for {who}: {Stopwatch.GetElapsedTime(start).TotalNanoseconds / Requests:n0} ns");
            }
        }
    }
}
