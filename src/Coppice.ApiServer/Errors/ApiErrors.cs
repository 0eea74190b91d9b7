using System.Net;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Errors;

/// <summary>
/// Every way to refuse a request, worded as Kubernetes words it: clients and people match these texts. Messages, reasons and codes
/// are those of apimachinery's api/errors.
/// </summary>
public static class ApiErrors
{
    // A body of a few bytes an element can be wrong a million times, and each error is told twice. Nobody reads the thousandth.
    private const int ShownErrors = 1000;

    private const string ModifiedMeanwhile =
        "the object has been modified; please apply your changes to the latest version and try again";

    public static ApiError BadRequest(string message) => Make(HttpStatusCode.BadRequest, StatusReason.BadRequest, message);

    public static ApiError Unauthorized() => Make(HttpStatusCode.Unauthorized, StatusReason.Unauthorized, "Unauthorized");

    /// <summary>Refused for a reason of admission, as in <c>pods "x" is forbidden: exceeded quota</c>.</summary>
    public static ApiError Forbidden(GroupResource resource, string name, string why)
    {
        var subject = name.Length == 0 ? $"{resource}" : $"{resource} {QuotedText.Of(name)}";
        return Make(HttpStatusCode.Forbidden, StatusReason.Forbidden, $"{subject} is forbidden: {why}", About(resource, name));
    }

    /// <summary>Refused by the authorizer.</summary>
    /// <param name="subresource">As in "log"; null for the resource itself.</param>
    /// <param name="of">The namespace, null at the scope of the cluster, and the name, empty where there is none.</param>
    /// <param name="why">What the authorizer adds; may be empty.</param>
    public static ApiError Forbidden(
        string user, string verb, GroupResource resource, string? subresource, (string? Space, string Name) of, string why = "")
    {
        var door = string.IsNullOrEmpty(subresource) ? resource.Resource : $"{resource.Resource}/{subresource}";
        var scope = string.IsNullOrEmpty(of.Space) ? "at the cluster scope" : $"in the namespace {QuotedText.Of(of.Space)}";
        var message = $"User {QuotedText.Of(user)} cannot {verb} resource {QuotedText.Of(door)} in API group {QuotedText.Of(resource.Group)} {scope}";
        return Forbidden(resource, of.Name, why.Length == 0 ? message : $"{message}: {why}");
    }

    /// <summary>A path that is no resource, as "/metrics".</summary>
    public static ApiError ForbiddenPath(string user, string verb, string path, string why = "") => Make(
        HttpStatusCode.Forbidden,
        StatusReason.Forbidden,
        $"forbidden: User {QuotedText.Of(user)} cannot {verb} path {QuotedText.Of(path)}{(why.Length == 0 ? "" : $": {why}")}",
        new ApiStatusDetails());

    public static ApiError NotFound(GroupResource resource, string name) => Make(
        HttpStatusCode.NotFound, StatusReason.NotFound, $"{resource} {QuotedText.Of(name)} not found", About(resource, name));

    /// <summary>A resource or subresource that is none, where the server has a group of others.</summary>
    public static ApiError NoSuchResource() =>
        Make(HttpStatusCode.NotFound, StatusReason.NotFound, "the server could not find the requested resource", new ApiStatusDetails());

    /// <summary>
    /// A path that the server does not know at all. As Kubernetes' it is no Status over HTTP: clients then say themselves which resource
    /// of which group they looked for.
    /// </summary>
    public static ApiError NoSuchPath() => new(NoSuchResource().Status, "404 page not found\n");

    public static ApiError AlreadyExists(GroupResource resource, string name) => Make(
        HttpStatusCode.Conflict, StatusReason.AlreadyExists, $"{resource} {QuotedText.Of(name)} already exists", About(resource, name));

    public static ApiError GenerateNameConflict(GroupResource resource, string name) => Make(
        HttpStatusCode.Conflict,
        StatusReason.AlreadyExists,
        $"{resource} {QuotedText.Of(name)} already exists, the server was not able to generate a unique name for the object",
        About(resource, name, retryAfterSeconds: 1));

    public static ApiError Conflict(GroupResource resource, string name, string why = ModifiedMeanwhile) => Make(
        HttpStatusCode.Conflict,
        StatusReason.Conflict,
        $"Operation cannot be fulfilled on {resource} {QuotedText.Of(name)}: {why}",
        About(resource, name));

    /// <summary>A configuration that is applied would change what others own.</summary>
    /// <param name="conflicts">Each manager, as messages name it, with a path that it owns.</param>
    public static ApiError ApplyConflict(IEnumerable<(string Manager, string Path)> conflicts)
    {
        var all = conflicts.ToList();
        var managers = all.GroupBy(conflict => conflict.Manager).OrderBy(group => group.Key, StringComparer.Ordinal);
        var lines = managers.SelectMany(group => group.Select(conflict => $"- {conflict.Path}").Prepend($"conflicts with {group.Key}:"));
        var message = all is [var (manager, path)]
            ? $"Apply failed with 1 conflict: conflict with {manager}: {path}"
            : $"Apply failed with {all.Count} conflicts: {string.Join('\n', lines)}";
        var causes = all.Take(ShownErrors).Select(conflict => new ApiStatusCause
        {
            Reason = CauseType.FieldManagerConflict,
            Message = $"conflict with {conflict.Manager}",
            Field = conflict.Path,
        });
        return Make(HttpStatusCode.Conflict, StatusReason.Conflict, message, new ApiStatusDetails { Causes = causes.ToValueList() });
    }

    public static ApiError Invalid(Kind kind, string name, params IReadOnlyList<FieldError> errors) =>
        Invalid(kind.Group, kind.Name, name, errors);

    /// <param name="kind">The kind, as in "Pod": here, unlike elsewhere, messages name the kind and not the resource.</param>
    public static ApiError Invalid(string group, string kind, string name, params IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > ShownErrors)
        {
            errors = [.. errors.Take(ShownErrors)];
        }

        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var details = new ApiStatusDetails
        {
            Name = name,
            Group = group,
            Kind = kind,
            Causes = errors.Select(e => new ApiStatusCause { Reason = e.Reason, Message = e.Body, Field = e.Path }).ToValueList(),
        };
        return Make(
            HttpStatusCode.UnprocessableEntity,
            StatusReason.Invalid,
            $"{qualified} {QuotedText.Of(name)} is invalid: {FieldError.Join(errors)}",
            details);
    }

    /// <summary>A request that is well-formed but cannot be carried out on the object as it is, such as a patch whose test fails: clients know it by these very words.</summary>
    public static ApiError Unprocessable() => Make(
        HttpStatusCode.UnprocessableEntity,
        StatusReason.Invalid,
        "the server rejected our request due to an error in our request",
        new ApiStatusDetails());

    /// <summary>A fault of the request that Kubernetes has no code for, and takes for its own.</summary>
    public static ApiError Unforeseen(string message) => Make(HttpStatusCode.InternalServerError, StatusReason.None, message);

    /// <summary>A path that is served, asked in a way that it is not.</summary>
    public static ApiError MethodNotAllowed(string why = "the server does not allow this method on the requested resource") => Make(
        HttpStatusCode.MethodNotAllowed,
        StatusReason.MethodNotAllowed,
        why,
        new ApiStatusDetails());

    public static ApiError NotAcceptable(params IReadOnlyList<string> accepted) => Make(
        HttpStatusCode.NotAcceptable, StatusReason.NotAcceptable, $"only the following media types are accepted: {string.Join(", ", accepted)}");

    /// <summary>The same of what describes the API, where Kubernetes says nothing but the code.</summary>
    public static ApiError NotAcceptableDocument(params IReadOnlyList<string> accepted) => new(NotAcceptable(accepted).Status, "");

    public static ApiError UnsupportedMediaType(params IReadOnlyList<string> accepted) => Make(
        HttpStatusCode.UnsupportedMediaType,
        StatusReason.UnsupportedMediaType,
        $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    /// <param name="limit">In bytes.</param>
    public static ApiError RequestEntityTooLarge(long limit) => RequestEntityTooLarge($"limit is {limit}");

    public static ApiError RequestEntityTooLarge(string why) => Make(
        HttpStatusCode.RequestEntityTooLarge, StatusReason.RequestEntityTooLarge, $"Request entity too large: {why}");

    /// <summary>A URL beyond all measure: the words are HTTP's, as Kubernetes has none for it.</summary>
    public static ApiError RequestHeaderTooLarge() => Make(
        HttpStatusCode.RequestHeaderFieldsTooLarge, StatusReason.None, "Request Header Fields Too Large", new ApiStatusDetails());

    public static ApiError TooManyRequests(string message, int retryAfterSeconds) => Make(
        HttpStatusCode.TooManyRequests,
        StatusReason.TooManyRequests,
        message,
        new ApiStatusDetails { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>An eviction that a disruption budget refuses for now.</summary>
    /// <param name="cause">What of the budget stands against it.</param>
    public static ApiError DisruptionBudget(string message, string cause) => Make(
        HttpStatusCode.TooManyRequests,
        StatusReason.TooManyRequests,
        message,
        new ApiStatusDetails { Causes = [new ApiStatusCause { Reason = CauseType.DisruptionBudget, Message = cause }] });

    public static ApiError SeveralBudgets() => Unforeseen("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");

    public static ApiError Timeout(string message, int retryAfterSeconds = 0) => Make(
        HttpStatusCode.GatewayTimeout,
        StatusReason.Timeout,
        $"Timeout: {message}",
        new ApiStatusDetails { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>The client did not send in time.</summary>
    /// <summary>More than the server answers at once. Plain text, as in Kubernetes, where this is said before anything is known of the API.</summary>
    public static ApiError TooManyRequests(int retryAfterSeconds)
    {
        const string Message = "Too many requests, please try again later.";
        var details = new ApiStatusDetails { RetryAfterSeconds = retryAfterSeconds };
        return new(Make(HttpStatusCode.TooManyRequests, StatusReason.TooManyRequests, Message, details).Status, Message + "\n");
    }

    public static ApiError RequestTimeout(string message) =>
        Make(HttpStatusCode.RequestTimeout, StatusReason.Timeout, $"Timeout: {message}", new ApiStatusDetails());

    /// <summary>The server did not get to it in time, and nothing has happened.</summary>
    public static ApiError ServerTimeout(GroupResource resource, string verb, int retryAfterSeconds) => Make(
        HttpStatusCode.InternalServerError,
        StatusReason.ServerTimeout,
        $"The {verb} operation against {resource} could not be completed at this time, please try again.",
        About(resource, verb, retryAfterSeconds));

    public static ApiError ServiceUnavailable(string message) =>
        Make(HttpStatusCode.ServiceUnavailable, StatusReason.ServiceUnavailable, message);

    public static ApiError InternalError(string message) => Make(
        HttpStatusCode.InternalServerError,
        StatusReason.InternalError,
        $"Internal error occurred: {message}",
        new ApiStatusDetails { Causes = [new ApiStatusCause { Message = message }] });

    public static ApiError Gone(string message) => Make(HttpStatusCode.Gone, StatusReason.Gone, message);

    public static ApiError Expired(string message) => Make(HttpStatusCode.Gone, StatusReason.Expired, message);

    /// <summary>A watch or list from a revision that the store has compacted.</summary>
    public static ApiError WatchTooOld() => Expired("The resourceVersion for the provided watch is too old.");

    /// <param name="oldest">The oldest revision that is still there.</param>
    public static ApiError TooOldResourceVersion(long asked, long oldest) => Expired($"too old resource version: {asked} ({oldest})");

    /// <summary>The same of a list at a revision that was compacted away.</summary>
    public static ApiError ListTooOld() => Expired("The resourceVersion for the provided list is too old.");

    public static ApiError TooLargeResourceVersion(long asked, long current)
    {
        const string Cause = "Too large resource version";
        var details = new ApiStatusDetails
        {
            RetryAfterSeconds = 1,
            Causes = [new ApiStatusCause { Reason = CauseType.ResourceVersionTooLarge, Message = Cause }],
        };
        return Make(
            HttpStatusCode.GatewayTimeout, StatusReason.Timeout, $"Timeout: {Cause}: {asked}, current: {current}", details);
    }

    public static ApiError InvalidContinue(string why) => BadRequest($"invalid continue token: continue key is not valid: {why}");

    /// <summary>The list that a continue token belongs to has been compacted away.</summary>
    /// <param name="next">A token with which the client may go on, at the price of consistency.</param>
    public static ApiError ContinueTooOld(string next)
    {
        const string Message =
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
            + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
            + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted "
            + "between the time the first chunk was returned and now may show up in the list.";
        return new(Expired(Message).Status with { Metadata = new ListMeta { Continue = next } });
    }

    private static ApiStatusDetails About(GroupResource resource, string name, int retryAfterSeconds = 0) =>
        new() { Name = name, Group = resource.Group, Kind = resource.Resource, RetryAfterSeconds = retryAfterSeconds };

    private static ApiError Make(HttpStatusCode code, string reason, string message, ApiStatusDetails? details = null) => new(new ApiStatus
    {
        ApiVersion = "v1",
        Kind = "Status",
        Status = "Failure",
        Message = message,
        Reason = Said(reason),
        // What is empty is not there: kinds of the core have no group, what is yet to be named has no name, and not all has a reason.
        Details = details is null ? null : details with { Name = Said(details.Name), Group = Said(details.Group), Kind = Said(details.Kind) },
        Code = (int)code,
    });

    private static string? Said(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
