using System.Diagnostics;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Bench.Healing;

/// <summary>A watch of one kind, which tells when something was first seen.</summary>
internal sealed class Sight<T> : IAsyncDisposable where T : KubernetesObject
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<Waiting> _waiting = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly IObjectWatch<T> _watch;
    private readonly Task _reading;

    private Sight(IObjectWatch<T> watch)
    {
        _watch = watch;
        _reading = ReadAsync();
    }

    public static async Task<Sight<T>> OpenAsync(IApiClient api, string? ns)
    {
        var query = new ListQuery(ns);
        var list = await api.ListAsync<T>(query, CancellationToken.None);
        return new Sight<T>(api.Watch<T>(query, list.Revision));
    }

    /// <summary>Waits for an event from now on that satisfies; returns its object and when it came, as a <see cref="Stopwatch"/> timestamp.</summary>
    public async Task<(T Item, long At)> UntilAsync(Func<WatchEvent<T>, bool> satisfied)
    {
        var waiting = new Waiting(satisfied, new TaskCompletionSource<(T, long)>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(waiting);
        }

        return await waiting.Seen.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(_ => { }, TaskScheduler.Default);
        await _watch.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                foreach (var change in await _watch.NextAsync(_stop.Token))
                {
                    Tell(change, Stopwatch.GetTimestamp());
                }
            }
        }
        catch (Exception lost) when (!_stop.IsCancellationRequested)
        {
            lock (_gate)
            {
                _waiting.ForEach(one => one.Seen.TrySetException(lost));
            }
        }
    }

    private void Tell(WatchEvent<T> change, long at)
    {
        lock (_gate)
        {
            _waiting.RemoveAll(one => one.Satisfied(change) && one.Seen.TrySetResult((change.Item, at)));
        }
    }

    private sealed record Waiting(Func<WatchEvent<T>, bool> Satisfied, TaskCompletionSource<(T, long)> Seen);
}
