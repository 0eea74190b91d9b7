using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Requests;

/// <summary>What is done to an object.</summary>
public enum WriteOperation
{
    Create,
    Update,
    Delete,

    /// <summary>Talking to what an object stands for: a command in a pod, a forwarded port, a proxy. Nothing is written.</summary>
    Connect,
}

/// <summary>One write as data: what is done to which object, by whom and how. Admission is told exactly this, beside the objects.</summary>
/// <param name="Key">The namespace is empty for kinds that have none, and the name where the server is to make one up.</param>
public sealed record WriteRequest(WriteOperation Operation, ServedKind Served, ObjectKey Key, UserInfo User)
{
    /// <summary>The part of the object that is written, as in "status"; empty for the whole.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>It came as a patch, which roles tell from an update.</summary>
    public bool IsPatch { get; init; }

    public WriteOptions Options { get; init; } = WriteOptions.Default;

    /// <summary>What is asked of a connection, as the options of its subresource; null for everything else.</summary>
    public JsonElement? Connection { get; init; }

    /// <summary>What is said beside the answer; null where nobody listens.</summary>
    public RequestNotes? Notes { get; init; }

    /// <summary>Lets others write the same object meanwhile: for whoever has to ask somebody far away, and may wait long. May be called often.</summary>
    public Action LetOthersIn { get; init; } = static () => { };

    /// <summary>Refuses a client that may change such an object but not make one, when its change finds none; null where that was decided.</summary>
    public Func<CancellationToken, ValueTask>? RequireMayCreate { get; init; }

    public Kind Kind => Served.Kind;

    public GroupResource Resource => Kind;
}
