using Coppice.Objects.Coordination;
using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// Does work only while it holds a lease, as Kubernetes' leader election does: of several processes that want the same lease, one works.
/// </summary>
/// <remarks>
/// Clocks of different machines are never compared, and it does no harm to set one: a lease counts as abandoned when this process has watched it unchanged for its whole
/// duration. A holder that could not renew stops its work before that, so that its successor never meets it at work.
/// </remarks>
public sealed partial class LeaseHolder(IApiClient client, LeaseOptions options, TimeProvider time, ILogger log)
{
    private readonly SteadyClock _clock = new(time);
    private LeaseSpec? _observed;
    private DateTimeOffset _observedAt;

    /// <summary>The lease is held now.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>
    /// Waits for the lease, works while it is held, and begins anew when it is lost. When the work ends by itself, or on
    /// <paramref name="stop"/>, the lease is given back at once.
    /// </summary>
    /// <param name="work">Must end soon after its token is cancelled: only then is the lease another's.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await AcquireAsync(stop))
        {
            LogHeld(options.Identity, options.Key.ToString());
            bool ended;
            using (var held = CancellationTokenSource.CreateLinkedTokenSource(stop))
            {
                var working = work(held.Token);
                await RenewUntilLostAsync(working, stop);
                ended = working.IsCompleted;
                // Not CancelAsync: its callbacks would run on the thread pool, out of a simulation's sight.
                held.Cancel();
                await EndAsync(working);
            }

            IsHolding = false;
            if (ended || stop.IsCancellationRequested)
            {
                await ReleaseAsync();
                return;
            }

            LogLost(options.Identity, options.Key.ToString());
        }
    }

    private async Task<bool> AcquireAsync(CancellationToken stop)
    {
        while (!await TryHoldAsync(stop))
        {
            if (!await PauseAsync(stop))
            {
                return false;
            }
        }

        IsHolding = true;
        return true;
    }

    private async Task RenewUntilLostAsync(Task working, CancellationToken stop)
    {
        var renewed = _clock.GetUtcNow();
        while (!working.IsCompleted && _clock.GetUtcNow() - renewed < options.RenewWithin)
        {
#pragma warning disable RS0030 // Not over a delay: the pause is an async method, which ends on the thread that its delay ends on.
            var first = await Task.WhenAny(working, PauseAsync(stop));
#pragma warning restore RS0030
            if (first == working || stop.IsCancellationRequested)
            {
                return;
            }

            var tried = _clock.GetUtcNow();
            if (await TryHoldAsync(stop))
            {
                // Counted from before the write: whoever watches cannot have seen it earlier.
                renewed = tried;
            }
            else if (_observed?.HolderIdentity != options.Identity)
            {
                return;
            }
        }
    }

    /// <summary>Takes or renews the lease, if it is ours, nobody's, or abandoned.</summary>
    private async ValueTask<bool> TryHoldAsync(CancellationToken stop)
    {
        try
        {
            // A server that does not answer must not keep us believing beyond the time that others grant us.
            using var patience = new CancellationTokenSource(options.RenewWithin / 2, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
            var now = time.GetUtcNow();
            if (await client.FindAsync<Lease>(options.Key, either.Token) is not { } lease)
            {
                Observe((await client.CreateAsync(New(now), either.Token)).Spec);
                return true;
            }

            Observe(lease.Spec);
            if (!IsFree(lease.Spec))
            {
                return false;
            }

            Observe((await client.UpdateAsync(lease with { Spec = Taken(lease.Spec, now) }, either.Token)).Spec);
            return true;
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            // Lost to another, or the API is away: the next look tells.
            LogNotTaken(options.Key.ToString(), e.Message);
            return false;
        }
    }

    private bool IsFree(LeaseSpec spec) =>
        string.IsNullOrEmpty(spec.HolderIdentity)
        || spec.HolderIdentity == options.Identity
        || _clock.GetUtcNow() - _observedAt >= TimeSpan.FromSeconds(spec.LeaseDurationSeconds ?? 0);

    private void Observe(LeaseSpec spec)
    {
        if (spec != _observed)
        {
            _observed = spec;
            _observedAt = _clock.GetUtcNow();
        }
    }

    private Lease New(DateTimeOffset now) => new()
    {
        ApiVersion = "coordination.k8s.io/v1",
        Kind = "Lease",
        Metadata = new() { Namespace = options.Key.Namespace, Name = options.Key.Name },
        Spec = Taken(new LeaseSpec(), now) with { LeaseTransitions = 0 },
    };

    private LeaseSpec Taken(LeaseSpec old, DateTimeOffset now)
    {
        var isOurs = old.HolderIdentity == options.Identity;
        return old with
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)options.Duration.TotalSeconds,
            AcquireTime = isOurs ? old.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = (old.LeaseTransitions ?? 0) + (isOurs ? 0 : 1),
        };
    }

    /// <summary>Nobody needs to wait for a lease that its holder has no more use for.</summary>
    private async ValueTask ReleaseAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(options.TryEvery, time);
            if (await client.FindAsync<Lease>(options.Key, patience.Token) is { } lease && lease.Spec.HolderIdentity == options.Identity)
            {
                var now = time.GetUtcNow();
                await client.UpdateAsync(
                    lease with { Spec = lease.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now } }, patience.Token);
            }
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogNotTaken(options.Key.ToString(), e.Message);
        }
    }

    private static async Task EndAsync(Task working)
    {
        try
        {
            await working;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private async Task<bool> PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(options.TryEvery, time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(8201, LogLevel.Information, "{Identity} holds the lease {Lease}")]
    private partial void LogHeld(string identity, string lease);

    [LoggerMessage(8202, LogLevel.Warning, "{Identity} lost the lease {Lease} and waits for it")]
    private partial void LogLost(string identity, string lease);

    [LoggerMessage(8203, LogLevel.Debug, "The lease {Lease} could not be written: {Why}")]
    private partial void LogNotTaken(string lease, string why);
}
