using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Tables;
using Coppice.ApiServer.Validation;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds;

/// <summary>A kind as the API serves it: everything that is particular to it, in one place.</summary>
/// <param name="Strategy">What happens to its objects when they are written.</param>
/// <param name="Table">What kubectl prints of them.</param>
public sealed record ServedKind(Kind Kind, IKindStrategy Strategy, IKindTable Table)
{
    /// <summary>The verbs of a kind with a <see cref="Source"/>.</summary>
    public static readonly IReadOnlyList<string> ReadVerbs = ["get", "list"];

    private static readonly string[] EveryVerb = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>In alphabetical order, as clients print them.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = EveryVerb;

    /// <summary>Where its objects come from; null for the store.</summary>
    public IObjectSource? Source { get; init; }

    /// <summary>What is wrong with a name of one of its objects, beyond that it is there.</summary>
    public Func<string, Findings<string>> NameRule { get; init; } = Names.Subdomain;

    /// <summary>A PUT of an object that is not there makes it.</summary>
    public bool IsMadeByUpdate { get; init; }

    /// <summary>Who sends a whole version says which one it replaces: what others wrote meanwhile is not lost unseen.</summary>
    public bool NeedsVersion { get; init; }

    public FieldLabels Fields { get; init; } = FieldLabels.None;

    /// <summary>The field of these by which its objects are found without a look at the others; null for none.</summary>
    public FieldIndex? Index { get; init; }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    public static IReadOnlyList<string> VerbsWithout(string verb) => [.. EveryVerb.Where(one => one != verb)];

    /// <summary>Who deletes an object is answered with it as it was last, where others are told that it succeeded: Kubernetes has both.</summary>
    public bool AnswersDeleted { get; init; }

    /// <summary>Where its objects have the number of their replicas; null where they have none.</summary>
    public Replicas? Replicas { get; init; }

    public Subresource? Find(string subresource) => Subresources.FirstOrDefault(one => one.Name == subresource);
}
