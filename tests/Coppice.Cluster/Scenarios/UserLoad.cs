using System.Diagnostics;

namespace Coppice.Cluster.Scenarios;

/// <summary>Users who ask for one page again and again, each as soon as it has its answer, until the application breaks.</summary>
internal sealed class UserLoad(HttpClient http, string address, int users)
{
    private volatile bool _broken;

    /// <summary>Returns when a connection of a user broke, which ends the load of all.</summary>
    /// <exception cref="TimeoutException">The application held out for longer than the bound.</exception>
    public async Task UntilBrokenAsync(TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        var asked = await Task.WhenAll(Enumerable.Range(0, users).Select(_ => AskAsync(clock, within)));
        if (!_broken)
        {
            throw new TimeoutException($"the application held out {asked.Sum()} requests of {users} users in {within.TotalSeconds:0} s");
        }
    }

    private async Task<int> AskAsync(Stopwatch clock, TimeSpan within)
    {
        var asked = 0;
        while (!_broken && clock.Elapsed < within)
        {
            try
            {
                await http.GetStringAsync(address);
                asked++;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                _broken = true;
            }
        }

        return asked;
    }
}
