using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Requests;

/// <summary>Who asks: a user by certificate, a service account by token, or a component of this process.</summary>
/// <param name="Uid">Empty for users, who have none.</param>
public sealed record Requester(string Name, string Uid, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = ClientCertificate.Authenticated;

    /// <summary>The agents of nodes, each as "system:node:NAME".</summary>
    public const string Nodes = "system:nodes";

    public static readonly Requester Anonymous = new("system:anonymous", "", ["system:unauthenticated"]);

    /// <summary>What else is known, such as the credential that was shown and the pod that showed it. Decides nothing here; reviews tell it.</summary>
    public ValueMap<ValueList<string>> Extra { get; init; }

    /// <summary>A component of this process, under the usual name of its kind.</summary>
    public static Requester Component(string name) => new(name, "", [Masters, Authenticated]);

    public bool IsAnonymous => ReferenceEquals(this, Anonymous);

    public bool IsIn(string group) => Groups.Contains(group);
}
