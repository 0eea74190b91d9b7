namespace Coppice.Contracts.Runtimes;

/// <summary>Waits for a condition, with a bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan patience, Func<string> state)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > patience)
            {
                Assert.Fail($"not within {patience.TotalSeconds} s: {state()}");
            }

            await Task.Delay(Interval);
        }
    }
}
