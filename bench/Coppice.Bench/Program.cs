using Coppice.Bench;
using Coppice.Bench.Api;
using Coppice.Bench.Healing;

// dotnet run -c Release --project bench/Coppice.Bench -- NAME
switch (args)
{
    case ["store"]:
        await StoreBench.RunAsync();
        return 0;
    case ["api"]:
        return await ApiBench.RunAsync(ServedApi.Masters);
    case ["api", "roles"]:
        return await ApiBench.RunAsync(ServedApi.Roles);
    case ["api-server", "bare"]:
        await BareServer.RunAsync();
        return 0;
    case ["api", "watchers"]:
        await WatcherBench.RunAsync();
        return 0;
    case ["api", "mass"]:
        await MassBench.RunAsync();
        return 0;
    case ["api-server", "coppice", var directory, var pods, var spaces, var rights]:
        await ServedApi.RunAsync(
            directory,
            (int.Parse(pods, System.Globalization.CultureInfo.InvariantCulture), int.Parse(spaces, System.Globalization.CultureInfo.InvariantCulture)),
            rights);
        return 0;
    case ["custom-resources"]:
        await PublishingBench.RunAsync();
        await CustomResourceBench.RunAsync();
        return 0;
    case ["flow"]:
        await FlowBench.RunAsync();
        return 0;
    case ["network"]:
        await NetworkBench.RunAsync(NetworkBench.ManyEndpointsAsync, NetworkBench.ManyServicesAsync);
        return 0;
    case ["network", "endpoints"]:
        await NetworkBench.RunAsync(NetworkBench.ManyEndpointsAsync);
        return 0;
    case ["network", "services"]:
        await NetworkBench.RunAsync(NetworkBench.ManyServicesAsync);
        return 0;
    case ["node-network"]:
        await NodeNetworkBench.RunAsync();
        return 0;
    case ["scheduling"]:
        await SchedulingBench.RunAsync();
        return 0;
    case ["scheduling", "preemption"]:
        await SchedulingBench.RunPreemptionAsync();
        return 0;
    case ["workloads"]:
        await WorkloadBench.RunAsync();
        return 0;
    case ["nodes"]:
        await NodesBench.RunAsync(5_000);
        return 0;
    case ["nodes", var nodes]:
        await NodesBench.RunAsync(int.Parse(nodes, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["nodes", var nodes, var pods]:
        await NodesBench.RunAsync(
            int.Parse(nodes, System.Globalization.CultureInfo.InvariantCulture), int.Parse(pods, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["healing"]:
        await HealingBench.RunAsync(rounds: 10);
        return 0;
    case ["healing", var rounds]:
        await HealingBench.RunAsync(int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["node-failure"]:
        await NodeFailureBench.RunAsync(rounds: 3);
        return 0;
    case ["node-failure", var rounds]:
        await NodeFailureBench.RunAsync(int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["idle"]:
        await IdleBench.RunAsync(minutes: 4);
        return 0;
    case ["idle", var minutes]:
        await IdleBench.RunAsync(int.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["joining"]:
        await JoiningBench.RunAsync(rounds: 3);
        return 0;
    case ["joining", var times]:
        await JoiningBench.RunAsync(int.Parse(times, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("which benchmark? store, api [roles|watchers|mass], custom-resources, flow, network [endpoints|services], node-network, scheduling [preemption], workloads, healing [ROUNDS], node-failure [ROUNDS], joining [ROUNDS], idle [MINUTES], nodes [COUNT [PODS]]");
        return 2;
}
