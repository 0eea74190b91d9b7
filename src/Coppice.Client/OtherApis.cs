using System.Text.Json;

namespace Coppice.Client;

/// <summary>What others serve of this API, for components that have to do with some of it.</summary>
/// <param name="VersionsOf">The versions of a group that somebody serves.</param>
/// <param name="ReadAsync">
/// Reads a path, with its query, for the controller of a name. Fails with an <see cref="ApiException"/> where it is refused, or nobody serves that.
/// </param>
public sealed record OtherApis(Func<string, IReadOnlyList<string>> VersionsOf, Func<string, string, CancellationToken, ValueTask<JsonElement>> ReadAsync)
{
    /// <summary>What others keep in namespaces, and let be emptied.</summary>
    public Func<IReadOnlyList<OtherCollection>> Collections { get; init; } = () => [];

    /// <summary>Deletes all that is at a path, for the controller of a name. Fails likewise.</summary>
    public Func<string, string, CancellationToken, ValueTask> DeleteAsync { get; init; } = (_, _, _) => ValueTask.CompletedTask;
}

/// <summary>Objects of a kind that somebody else serves.</summary>
/// <param name="Root">Where the kinds of its version are served: "/apis/example.com/v1".</param>
public sealed record OtherCollection(string Group, string Root, string Resource)
{
    public string PathIn(string space) => $"{Root}/namespaces/{space}/{Resource}";
}
