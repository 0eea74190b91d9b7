using Coppice.Objects.Authentication;

namespace Coppice.Client;

/// <summary>The users and groups that have a meaning of their own: whoever asks is a user by certificate, a service account by token, or a component.</summary>
public static class Users
{
    public const string Masters = "system:masters";
    public const string Authenticated = ClientCertificate.Authenticated;
    public const string Unauthenticated = "system:unauthenticated";

    /// <summary>What the names of service accounts begin with: system:serviceaccount:NAMESPACE:NAME.</summary>
    public const string AccountPrefix = "system:serviceaccount:";

    /// <summary>All service accounts; those of a namespace are in one of its own, with a colon and its name.</summary>
    public const string AccountGroup = "system:serviceaccounts";

    /// <summary>The agents of nodes, each as "system:node:NAME".</summary>
    public const string Nodes = "system:nodes";

    public static readonly UserInfo Anonymous = new() { Username = "system:anonymous", Groups = [Unauthenticated] };

    /// <summary>A component of this process, under the usual name of its kind.</summary>
    public static UserInfo Component(string name) => Of(name, Masters, Authenticated);

    /// <summary>A service account by its own token, in the groups of all of them.</summary>
    public static UserInfo Account(string space, string name) =>
        Of($"{AccountPrefix}{space}:{name}", AccountGroup, $"{AccountGroup}:{space}", Authenticated);

    /// <summary>A controller of the cluster: each is a service account of kube-system, with the role system:controller:NAME.</summary>
    public static UserInfo Controller(string name) => Account("kube-system", name);

    public static UserInfo Of(string name, params IEnumerable<string> groups) => new() { Username = name, Groups = [.. groups] };

    extension(UserInfo user)
    {
        public string Name => user.Username ?? "";

        public bool IsAnonymous => ReferenceEquals(user, Anonymous);

        public bool IsIn(string group) => user.Groups.Contains(group);
    }
}
