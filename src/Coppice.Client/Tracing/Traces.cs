using System.Diagnostics;

namespace Coppice.Client.Tracing;

/// <summary>
/// What the process does, as spans: of requests, of what they ask webhooks and the store, of scheduling and reconciling. Without anybody
/// who listens none is made, and asking for one costs a look at a field.
/// </summary>
public static class Traces
{
    public const string SourceName = "coppice";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Somebody listens: what a span is called and told is only worked out then.</summary>
    public static bool AreOn => Source.HasListeners();

    /// <summary>A span below the one that is open now; null where nobody wants it.</summary>
    public static Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>The span of something that came from elsewhere.</summary>
    /// <param name="parent">As its sender names its own span, in the W3C's form; null for none.</param>
    public static Activity? BeginReceived(string name, string? parent) =>
        Source.StartActivity(name, ActivityKind.Server, ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default);

    /// <summary>Ends a span as one that went wrong.</summary>
    public static void Fail(this Activity? span, string why) => span?.SetStatus(ActivityStatusCode.Error, why);
}
