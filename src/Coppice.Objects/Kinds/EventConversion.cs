namespace Coppice.Objects;

/// <summary>
/// Turns events of core/v1 into events of events.k8s.io/v1 and back. Nothing is lost either way: each has a field for what only the
/// other knows. Both are kept in one place, in their older form.
/// </summary>
public sealed class EventConversion : IConversion
{
    private const string OlderVersion = "v1";

    private const string NewerVersion = "events.k8s.io/v1";

    private const string KindName = "Event";

    public ValueTask<IReadOnlyList<KubernetesObject>> ConvertAsync(
        IReadOnlyList<KubernetesObject> items, string apiVersion, CancellationToken stop) =>
        new([.. items.Select(item => apiVersion == OlderVersion ? item is Events.Event newer ? ToCore(newer) : item
            : item is Core.Event older ? ToEvents(older) : item)]);

    public static Events.Event ToEvents(Core.Event item) => new()
    {
        ApiVersion = NewerVersion,
        Kind = KindName,
        Metadata = item.Metadata,
        EventTime = item.EventTime,
        Series = item.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingController = item.ReportingComponent,
        ReportingInstance = item.ReportingInstance,
        Action = item.Action,
        Reason = item.Reason,
        Regarding = item.InvolvedObject,
        Related = item.Related,
        Note = item.Message,
        Type = item.Type,
        DeprecatedSource = item.Source,
        DeprecatedFirstTimestamp = item.FirstTimestamp,
        DeprecatedLastTimestamp = item.LastTimestamp,
        DeprecatedCount = item.Count,
    };

    public static Core.Event ToCore(Events.Event item) => new()
    {
        ApiVersion = OlderVersion,
        Kind = KindName,
        Metadata = item.Metadata,
        EventTime = item.EventTime,
        Series = item.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingComponent = item.ReportingController,
        ReportingInstance = item.ReportingInstance,
        Action = item.Action,
        Reason = item.Reason,
        InvolvedObject = item.Regarding,
        Related = item.Related,
        Message = item.Note,
        Type = item.Type,
        Source = item.DeprecatedSource,
        FirstTimestamp = item.DeprecatedFirstTimestamp,
        LastTimestamp = item.DeprecatedLastTimestamp,
        Count = item.DeprecatedCount,
    };
}
