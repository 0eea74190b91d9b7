namespace Coppice.Client;

/// <summary>Loops that are of no use without each other.</summary>
public static class LoopsTogether
{
    /// <summary>Runs all of them until they are stopped. When one fails the others are stopped, too: else nobody would learn of it while they run.</summary>
    public static async Task RunAsync(CancellationToken stop, params IReadOnlyList<Func<CancellationToken, Task>> loops)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll([.. loops.Select(RunOneAsync)]);

        async Task RunOneAsync(Func<CancellationToken, Task> loop)
        {
            try
            {
                await loop(end.Token);
            }
            catch
            {
                end.Cancel();
                throw;
            }
        }
    }
}
