using Coppice.Client.Metrics;

namespace Coppice.Network;

/// <summary>How the service rules are kept, under the names that Kubernetes' proxy has.</summary>
internal sealed class NetworkFigures(TimeProvider time)
{
    private readonly Histogram _synced = new(Histogram.Doubling(0.001, 15));
    private readonly Count _failures = new();
    private long _queuedAt;
    private long _syncedAt;

    /// <summary>Something changed.</summary>
    public void Queued() => Volatile.Write(ref _queuedAt, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <param name="since">A timestamp.</param>
    public void Synced(long since)
    {
        _synced.Observe(time.GetElapsedTime(since));
        Volatile.Write(ref _syncedAt, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public void Failed() => _failures.Add();

    public void WriteTo(MetricsText text)
    {
        _synced.WriteTo(text.Histogram("kubeproxy_sync_proxy_rules_duration_seconds", "[ALPHA] SyncProxyRules latency in seconds"), Family);
        text.Gauge("kubeproxy_sync_proxy_rules_last_timestamp_seconds", "[ALPHA] The last time proxy rules were successfully synced")
            .Sample(Volatile.Read(ref _syncedAt) / 1e3, null, Family);
        text.Gauge("kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds", "[ALPHA] The last time a sync of proxy rules was queued")
            .Sample(Volatile.Read(ref _queuedAt) / 1e3, null, Family);
        text.Counter("kubeproxy_sync_proxy_rules_nftables_sync_failures_total", "[ALPHA] Cumulative proxy nftables sync failures").Sample(_failures.Value, null, Family);
    }

    // The rules of both families are one transaction.
    private static (string Name, string Value) Family => ("ip_family", "IPv4");
}
