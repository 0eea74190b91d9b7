using Coppice.Objects;

namespace Coppice.ApiServer.Kinds;

/// <summary>Where the objects of a kind have the number of their replicas, which the subresource "scale" shows and changes.</summary>
/// <param name="Wanted">How many there should be.</param>
/// <param name="Actual">How many there are.</param>
/// <param name="Selector">Which pods are meant, as text; null if that is not known.</param>
/// <param name="With">The object with another number that there should be.</param>
public sealed record Replicas(
    Func<KubernetesObject, int> Wanted,
    Func<KubernetesObject, int> Actual,
    Func<KubernetesObject, string?> Selector,
    Func<KubernetesObject, int, KubernetesObject> With)
{
    /// <summary>The fields that lead to the wanted number in the object.</summary>
    public IReadOnlyList<string> Path { get; init; } = ["spec", "replicas"];

    public static Replicas Of<T>(Func<T, int> wanted, Func<T, int> actual, Func<T, LabelQuery> selector, Func<T, int, T> with)
        where T : KubernetesObject =>
        new(item => wanted((T)item), item => actual((T)item), item => Text(selector((T)item)), (item, count) => with((T)item, count));

    private static string Text(LabelQuery query) => string.Join(",", query.Requirements.Select(r => r.Operator switch
    {
        LabelOperator.In when r.Values.Count == 1 => $"{r.Key}={r.Values[0]}",
        LabelOperator.In => $"{r.Key} in ({string.Join(",", r.Values)})",
        LabelOperator.NotIn => $"{r.Key} notin ({string.Join(",", r.Values)})",
        LabelOperator.Exists => r.Key,
        LabelOperator.DoesNotExist => $"!{r.Key}",
        LabelOperator.GreaterThan => $"{r.Key}>{r.Values[0]}",
        _ => $"{r.Key}<{r.Values[0]}",
    }));
}
