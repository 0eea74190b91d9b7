namespace Coppice.Objects;

/// <summary>What stands for a part of an object that nobody has set: one in memory for all objects, as none of them changes it.</summary>
internal static class Absent<T>
    where T : class, new()
{
    public static readonly T Value = new();
}
