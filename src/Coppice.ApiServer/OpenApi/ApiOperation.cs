using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.OpenApi;

/// <summary>A path of the API with what may be done there.</summary>
internal sealed record ApiPath(string Path, IReadOnlyList<ApiOperation> Operations)
{
    /// <summary>The names in braces, in the order of the path.</summary>
    public IEnumerable<string> Parameters =>
        Path.Split('/').Where(p => p.StartsWith('{')).Select(p => p[1..^1]);
}

/// <summary>One thing that may be done at a path.</summary>
/// <param name="Method">In lower case, as OpenAPI names it.</param>
/// <param name="Action">As Kubernetes names it: "list", "post", "connect" …</param>
/// <param name="Id">Unlike any other operation's.</param>
internal sealed record ApiOperation(string Method, string Action, string Id, KindName Kind)
{
    /// <summary>The definition of the request's body; null where there is none.</summary>
    public string? Body { get; init; }

    /// <summary>The definition of the answer; null where it is text or a stream.</summary>
    public string? Answer { get; init; }

    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>Of a kind that was made at run time: Kubernetes describes what may be done with these in another way, by a builder of its own.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Of a kind of ours of which there is no message in protobuf.</summary>
    public bool IsTextOnly { get; init; }

    /// <summary>What somebody else says of what it takes and gives; null for what is served here.</summary>
    public ContentTypes? Told { get; init; }

    /// <summary>The content types that the body may have.</summary>
    public IReadOnlyList<string> Consumes => Told?.Consumes ?? (Action, IsCustom) switch
    {
        ("patch", true) => ContentTypes.CustomPatches,
        ("patch", false) => ContentTypes.Patches,
        (_, true) => ContentTypes.Texts,
        _ => ContentTypes.Any,
    };

    /// <summary>The content types that the answer may have.</summary>
    public IReadOnlyList<string> Produces => Told?.Produces ?? Action switch
    {
        _ when IsCustom => ContentTypes.Texts,
        "connect" => ContentTypes.Any,
        "list" => IsTextOnly ? ContentTypes.TextsAndWatches : ContentTypes.ObjectsAndWatches,
        _ when IsTextOnly => ContentTypes.Texts,
        _ => IsText ? ContentTypes.PlainTextAndObjects : ContentTypes.Objects,
    };

    /// <summary>The answer is no object: the lines of a log, or whatever is at the other end of a connection.</summary>
    public bool IsText => Told is null && Answer is null;

    /// <summary>Deleting takes options in a body, but needs none.</summary>
    public bool BodyRequired => Method != "delete";

    public IEnumerable<(string Code, string Description)> Responses => Method switch
    {
        "post" when Answer is not null => [("200", "OK"), ("201", "Created"), ("202", "Accepted"), ("401", "Unauthorized")],
        "patch" when IsCustom => [("200", "OK"), ("401", "Unauthorized")],
        "put" or "patch" => [("200", "OK"), ("201", "Created"), ("401", "Unauthorized")],
        "delete" when Action == "delete" || !IsCustom => [("200", "OK"), ("202", "Accepted"), ("401", "Unauthorized")],
        _ => [("200", "OK"), ("401", "Unauthorized")],
    };

    /// <summary>Whether the answer of a code is told: that somebody is not known is said in a word.</summary>
    public bool HasSchema(string code) => code != "401" && (Answer is not null || IsText);

    /// <summary>kubectl looks for the kind of a PATCH to learn whether the server knows dryRun and fieldValidation.</summary>
    public IEnumerable<VendorExtension> Extensions => [new("x-kubernetes-action", $"\"{Action}\""), KindExtension.OfOperation(Kind)];
}

/// <summary>A parameter behind the question mark.</summary>
/// <param name="Type">"string", "boolean" or "integer".</param>
internal sealed record QueryParameter(string Name, string Type, string Description)
{
    private static readonly QueryParameter Pretty = new("pretty", "string", "Indents the answer when true.");
    private static readonly QueryParameter DryRun = new("dryRun", "string", "With the value All, everything is done but the writing.");
    private static readonly QueryParameter FieldManager = new("fieldManager", "string", "Who is to own the fields that this request sets.");

    private static readonly QueryParameter FieldValidation = new(
        "fieldValidation", "string", "What becomes of unknown and doubled fields: Ignore drops them, Warn (the default) says so, Strict refuses the request.");

    private static readonly QueryParameter Force = new("force", "boolean", "When applying, takes fields from the managers that own them.");

    private static readonly QueryParameter[] Selecting =
    [
        new("labelSelector", "string", "Only objects whose labels match."),
        new("fieldSelector", "string", "Only objects whose fields match."),
        new("limit", "integer", "At most so many objects; the rest comes with continue."),
        new("continue", "string", "Goes on where the page that gave this token ended."),
        new("resourceVersion", "string", "The revision to read at, or to watch from."),
        new("resourceVersionMatch", "string", "How resourceVersion is meant: NotOlderThan or Exact."),
        new("sendInitialEvents", "boolean", "A watch starts with what exists, and a bookmark after it."),
        new("timeoutSeconds", "integer", "Ends the request after so many seconds."),
    ];

    public static IReadOnlyList<QueryParameter> Reading { get; } = [Pretty];

    public static IReadOnlyList<QueryParameter> Listing { get; } =
    [
        Pretty,
        new("allowWatchBookmarks", "boolean", "A watch may be told of new revisions without a change."),
        .. Selecting,
        new("watch", "boolean", "Answers with a stream of changes instead of a list."),
    ];

    public static IReadOnlyList<QueryParameter> Writing { get; } = [Pretty, DryRun, FieldManager, FieldValidation];

    public static IReadOnlyList<QueryParameter> Patching { get; } = [.. Writing, Force];

    public static IReadOnlyList<QueryParameter> Deleting { get; } =
    [
        Pretty,
        DryRun,
        new("gracePeriodSeconds", "integer", "How long it may take to end in order; 0 is at once."),
        new("orphanDependents", "boolean", "Old form of propagationPolicy."),
        new("propagationPolicy", "string", "What becomes of what it owns: Orphan, Background or Foreground."),
    ];

    public static IReadOnlyList<QueryParameter> DeletingMany { get; } = [.. Deleting, .. Selecting];
}
