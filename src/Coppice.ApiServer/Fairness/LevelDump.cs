using System.Text;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// What goes on in each priority level, in each of its queues, and which requests wait there: the tables that Kubernetes' servers have
/// for who debugs them.
/// </summary>
internal static class LevelDump
{
    public const string Path = "/debug/api_priority_and_fairness/dump_priority_levels";

    public const string QueuesPath = "/debug/api_priority_and_fairness/dump_queues";
    public const string RequestsPath = "/debug/api_priority_and_fairness/dump_requests";

    // What comes after a request's answer, for which seats may be kept: watches take none here.
    private const string NoFinalSeats = "0";
    private const string NoLatency = "0s";

    private static readonly string[] OfLevels =
    [
        "PriorityLevelName", "ActiveQueues", "IsIdle", "IsQuiescing", "WaitingRequests", "ExecutingRequests", "DispatchedRequests", "RejectedRequests", "TimedoutRequests",
        "CancelledRequests",
    ];

    private static readonly string[] OfQueues =
    [
        "PriorityLevelName", "Index", "PendingRequests", "ExecutingRequests", "SeatsInUse", "NextDispatchR", "InitialSeatsSum", "MaxSeatsSum", "TotalWorkSum",
    ];

    // As Kubernetes spells it.
    private static readonly string[] OfRequests =
    [
        "PriorityLevelName", "FlowSchemaName", "QueueIndex", "RequestIndexInQueue", "FlowDistingsher", "ArriveTime", "InitialSeats", "FinalSeats", "AdditionalLatency",
    ];

    private static readonly string[] OfDetails = ["UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource"];

    /// <summary>The dump at a path; null if there is none.</summary>
    /// <param name="withDetails">Of requests: who asks what.</param>
    public static string? Find(string? path, FlowControl flows, bool withDetails) => path switch
    {
        Path => Table([OfLevels, .. LevelsOf(flows).Select(level => RowOf(level))]),
        QueuesPath => Table([OfQueues, .. LevelsOf(flows).SelectMany(level => Seen(level.Key).Select(queue => RowOf(level.Key, queue)))]),
        RequestsPath => Table(
            [withDetails ? [.. OfRequests, .. OfDetails] : OfRequests, .. LevelsOf(flows).SelectMany(level => Seen(level.Key).SelectMany(queue => RowsOf(level.Key, queue, withDetails)))]),
        _ => null,
    };

    private static IEnumerable<IGrouping<PriorityLevel, FlowRule>> LevelsOf(FlowControl flows) =>
        flows.Rules.GroupBy(rule => rule.Level).OrderBy(level => level.Key.Object.Metadata.Name, StringComparer.Ordinal);

    private static string Table(IReadOnlyList<string[]> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length) + ", ".Length).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Length - 1; column++)
            {
                text.Append($"{row[column]},".PadRight(widths[column]));
            }

            text.Append(row[^1]).Append('\n');
        }

        return text.ToString();
    }

    private static List<QueueDigest> Seen(PriorityLevel level)
    {
        List<QueueDigest> seen = [];
        level.Look(() => seen = [.. level.Queues]);
        return seen;
    }

    private static string[] RowOf(PriorityLevel level, QueueDigest queue) =>
    [
        level.Object.Metadata.Name!, $"{queue.Index}", $"{queue.Waiting}", $"{queue.Running}", $"{queue.RunningSeats}", SeatSeconds(queue.Served), $"{queue.WaitingSeats}",
        $"{queue.WaitingSeats}", SeatSeconds(queue.WaitingWork),
    ];

    private static IEnumerable<string[]> RowsOf(PriorityLevel level, QueueDigest queue, bool withDetails) => queue.Requests.Select((one, index) =>
    {
        var (schema, distinguisher, user, request) = one.Asked;
        string[] row =
        [
            level.Object.Metadata.Name!, schema, $"{queue.Index}", $"{index}", distinguisher, $"{one.Since.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFFFZ}", $"{one.Seats}", NoFinalSeats,
            NoLatency,
        ];
        var version = request.Resource is { Group.Length: > 0 } resource ? $"{resource.Group}/{request.Version}" : request.Version;
        return withDetails
            ? [.. row, user.Username ?? "", request.Verb, request.Path, request.Namespace ?? "", request.Name ?? "", version, request.Resource?.Resource ?? "", request.Subresource ?? ""]
            : row;
    });

    // Kubernetes' unit of work: seats times seconds.
    private static string SeatSeconds(double value) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0.00000000}ss");

    private static string[] RowOf(IGrouping<PriorityLevel, FlowRule> level)
    {
        string[] row = [];
        level.Key.Look(() =>
        {
            var (waiting, running) = (level.Sum(rule => rule.Tally.Waiting), level.Sum(rule => rule.Tally.Running));
            row =
            [
                level.Key.Object.Metadata.Name!, $"{level.Key.ActiveQueues}", waiting + running == 0 ? "true" : "false", "false", $"{waiting}", $"{running}",
                $"{level.Sum(rule => rule.Tally.Dispatched)}",
                $"{Rejected(FlowRejection.QueueFull) + Rejected(FlowRejection.ConcurrencyLimit)}",
                $"{Rejected(FlowRejection.TimeOut)}",
                $"{Rejected(FlowRejection.Cancelled)}",
            ];
        });
        return row;

        long Rejected(FlowRejection why) => level.Sum(rule => rule.Tally.Rejected[(int)why]);
    }
}

/// <summary>A queue at one moment.</summary>
/// <param name="Served">What it was given so far, in seats times seconds.</param>
/// <param name="WaitingWork">What those who wait are taken to need, in the same.</param>
internal sealed record QueueDigest(
    int Index, int Waiting, int Running, int RunningSeats, double Served, int WaitingSeats, double WaitingWork, IReadOnlyList<WaitingDigest> Requests);

/// <summary>A request that waits.</summary>
internal sealed record WaitingDigest(FlowDigest Asked, DateTimeOffset Since, int Seats);
