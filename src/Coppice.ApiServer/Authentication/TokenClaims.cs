namespace Coppice.ApiServer.Authentication;

/// <summary>What a token of a service account says.</summary>
/// <param name="Audiences">Who is to accept it.</param>
public sealed record TokenClaims(TokenSubject Subject, IReadOnlyList<string> Audiences)
{
    /// <summary>The pod that the token lives and dies with.</summary>
    public BoundObject? Pod { get; init; }

    /// <summary>The secret that the token lives and dies with; of one that is kept there, without a uid.</summary>
    public BoundObject? Secret { get; init; }

    /// <summary>The node that the token lives and dies with; beside a pod it is that one's node, and decides nothing.</summary>
    public BoundObject? Node { get; init; }

    /// <summary>It is kept in its secret, for ever: it does not say whom it is for, and is good only as long as the secret has it.</summary>
    public bool IsKept { get; init; }

    /// <summary>Tells this token from all others; empty for none.</summary>
    public string Id { get; init; } = "";
}

/// <summary>The service account that a token speaks for.</summary>
public sealed record TokenSubject(string Namespace, string Name, string Uid)
{
    public string User => $"system:serviceaccount:{Namespace}:{Name}";
}

/// <summary>An object that a token is bound to.</summary>
/// <param name="Uid">Empty for a pod's node that is not there.</param>
public sealed record BoundObject(string Name, string Uid);
