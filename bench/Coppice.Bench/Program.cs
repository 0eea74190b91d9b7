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
    case ["api-server", "coppice", var directory, var pods, var rights]:
        await ServedApi.RunAsync(directory, int.Parse(pods, System.Globalization.CultureInfo.InvariantCulture), rights);
        return 0;
    case ["custom-resources"]:
        await CustomResourceBench.RunAsync();
        return 0;
    case ["scheduling"]:
        await SchedulingBench.RunAsync();
        return 0;
    case ["healing"]:
        await HealingBench.RunAsync(rounds: 10);
        return 0;
    case ["healing", var rounds]:
        await HealingBench.RunAsync(int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("which benchmark? store, api [roles], custom-resources, scheduling, healing [ROUNDS]");
        return 2;
}
