namespace Coppice.Configuration;

/// <summary>Where traces go, and how many.</summary>
/// <param name="Endpoint">Takes OTLP over HTTP: "http://collector:4318/v1/traces".</param>
/// <param name="RatePerMillion">So many of a million traces are kept, from 1.</param>
public sealed record TracingOptions(Uri Endpoint, int RatePerMillion)
{
    public const int All = 1_000_000;
}
