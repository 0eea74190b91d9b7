using Coppice.Client.Tracing;
using Coppice.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coppice.Composition;

/// <summary>Sends the process' spans to a collector, in batches and beside the work; what a collector does not take in time is dropped.</summary>
internal sealed class TraceExport : IAsyncDisposable
{
    private readonly TracerProvider _provider;

    private TraceExport(TracerProvider provider) => _provider = provider;

    /// <param name="node">The node's name, which tells this process from others.</param>
    public static TraceExport Start(TracingOptions options, string node) => new(
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(Traces.SourceName, serviceInstanceId: node))
            .AddSource(Traces.SourceName)
            .SetSampler(new TraceIdRatioBasedSampler((double)options.RatePerMillion / TracingOptions.All))
            .AddOtlpExporter(exporter => (exporter.Endpoint, exporter.Protocol) = (options.Endpoint, OtlpExportProtocol.HttpProtobuf))
            .Build());

    /// <summary>What was not sent yet is sent, if the collector is there.</summary>
    public ValueTask DisposeAsync()
    {
        _provider.Dispose();
        return ValueTask.CompletedTask;
    }
}
