using Coppice.Client.Metrics;

namespace Coppice.Node.Devices;

/// <summary>How long claims of devices took to be made ready and let go of, and what drivers were asked, under the names that a kubelet has. For any thread.</summary>
internal sealed class DeviceFigures(TimeProvider time)
{
    /// <summary>The label of what counts for all drivers together.</summary>
    private const string AnyDriver = "<any>";

    // Seconds: the usual ones of Prometheus, which Kubernetes takes here.
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Histograms<(string Operation, bool IsError)> _pods = new(Bounds);
    private readonly Histograms<(string Driver, string Method, string Code)> _calls = new(Bounds);

    /// <summary>Measures what is done for a pod.</summary>
    /// <param name="operation">PrepareResources or UnprepareResources.</param>
    public async ValueTask MeasureAsync(string operation, Func<ValueTask> act)
    {
        var began = time.GetTimestamp();
        var isError = true;
        try
        {
            await act();
            isError = false;
        }
        finally
        {
            _pods[(operation, isError)].Observe(time.GetElapsedTime(began));
        }
    }

    /// <param name="code">gRPC's word for how it went.</param>
    public void Called(string driver, string method, string code, TimeSpan took) => _calls[(driver, method, code)].Observe(took);

    public void WriteTo(MetricsText text, PreparedClaims prepared)
    {
        var pods = text.Histogram(
            "dra_operations_duration_seconds",
            "[ALPHA] Latency histogram in seconds for the duration of handling all ResourceClaims referenced by a pod when the pod starts or stops. Identified by the name of the operation (PrepareResources or UnprepareResources) and separated by the success of the operation. The number of failed operations is provided through the histogram's overall count.");
        foreach (var ((operation, isError), took) in _pods.All)
        {
            took.WriteTo(pods, ("operation_name", operation), ("is_error", isError ? "true" : "false"));
        }

        var calls = text.Histogram("dra_grpc_operations_duration_seconds", "[ALPHA] Duration in seconds of the DRA gRPC operations");
        foreach (var ((driver, method, code), took) in _calls.All)
        {
            took.WriteTo(calls, ("driver_name", driver), ("method_name", method), ("grpc_status_code", code));
        }

        var inUse = text.Gauge(
            "dra_resource_claims_in_use",
            "[ALPHA] The number of ResourceClaims that are currently in use on the node, by driver name (driver_name label value) and across all drivers (special value <any> for driver_name). Note that the sum of all by-driver counts is not the total number of in-use ResourceClaims because the same ResourceClaim might use devices from different drivers. Instead, use the count for the <any> driver_name.");
        var ready = prepared.Ready();
        inUse.Sample(ready.Count, null, ("driver_name", AnyDriver));
        foreach (var driver in ready.SelectMany(claim => claim.Drivers.Keys).CountBy(name => name).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            inUse.Sample(driver.Value, null, ("driver_name", driver.Key));
        }
    }
}
