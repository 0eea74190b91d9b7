using Coppice.Bench;

// dotnet run -c Release --project bench/Coppice.Bench -- NAME
switch (args)
{
    case ["store"]:
        await StoreBench.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("which benchmark? store");
        return 2;
}
