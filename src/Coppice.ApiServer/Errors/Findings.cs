using System.Collections;

namespace Coppice.ApiServer.Errors;

/// <summary>
/// What a rule has found to be wrong: nothing, nearly always, and nothing takes no memory. Rules are put together from rules as lists
/// are from lists: <c>[.. Name(path), .. Ports(path)]</c>.
/// </summary>
/// <remarks>A copy goes on with the same list, so that only who made one adds to it, before anybody else has it.</remarks>
public struct Findings<T> : IReadOnlyList<T>
{
    private static readonly List<T> Nothing = [];

    private List<T>? _found;

    public static Findings<T> None => default;

    public readonly int Count => _found?.Count ?? 0;

    public readonly T this[int index] => (_found ?? Nothing)[index];

    public void Add(T found) => (_found ??= []).Add(found);

    public void AddRange(Findings<T> others)
    {
        foreach (var other in others)
        {
            Add(other);
        }
    }

    public readonly List<T>.Enumerator GetEnumerator() => (_found ?? Nothing).GetEnumerator();

    readonly IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_found ?? Nothing)).GetEnumerator();

    readonly IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)(_found ?? Nothing)).GetEnumerator();
}
