using System.Diagnostics;

namespace Coppice.Testing;

/// <summary>Waits for conditions, with a bound, in place of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks again and again until the look satisfies; returns what it saw then.</summary>
    /// <param name="what">What is waited for, as the message of the exception names it: "three pods Ready".</param>
    /// <param name="within">The bound. The last look may end after it.</param>
    /// <exception cref="TimeoutException">It did not come about; says what was seen last.</exception>
    public static async Task<T> SeeAsync<T>(string what, TimeSpan within, Func<Task<T>> look, Predicate<T> satisfied)
    {
        var clock = Stopwatch.StartNew();
        for (; ; )
        {
            string last;
            var begun = clock.Elapsed;
            try
            {
                var seen = await look();
                if (satisfied(seen))
                {
                    return seen;
                }

                last = $"{seen}";
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
            {
                last = failure.Message;     // a server that is away, which many tests wait to come back
            }

            if (clock.Elapsed > within)
            {
                throw new TimeoutException($"did not see {what} within {within.TotalSeconds:0.#} s; last seen:\n{last}");
            }

            // A look may be a process. Those who wait are idle for twice as long as they look, so that they don't take the machine
            // from what they wait for.
            var pause = 2 * (clock.Elapsed - begun);
            await Task.Delay(pause > ShortestPause ? pause : ShortestPause);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    public static Task TrueAsync(string what, TimeSpan within, Func<Task<bool>> condition) => SeeAsync(what, within, condition, seen => seen);

    /// <summary>Waits until a condition holds.</summary>
    public static Task TrueAsync(string what, TimeSpan within, Func<bool> condition) => TrueAsync(what, within, () => Task.FromResult(condition()));
}
