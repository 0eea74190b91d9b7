namespace Coppice.Objects;

/// <summary>A list or map, for who does not know of what.</summary>
internal interface IValues
{
    /// <summary>Whether something holds for all values, and for the names of a map.</summary>
    bool All(Func<object?, bool> check);

    /// <summary>Whether both are one in memory.</summary>
    bool IsVery(IValues other);
}
