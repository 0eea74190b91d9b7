using System.Buffers;
using System.Runtime.CompilerServices;

namespace Coppice.Objects;

/// <summary>
/// Gathers values of which nobody knows how many will come, in room that is borrowed, so that nothing is made but the array of them. Room
/// that is not given back, as reading has failed, is lost to others and nothing else.
/// </summary>
internal ref struct Gathering<T>
{
    private const int FirstRoom = 8;

    private T[]? _room;
    private int _count;

    public void Add(T item)
    {
        if (_room is null || _count == _room.Length)
        {
            var larger = ArrayPool<T>.Shared.Rent(Math.Max(FirstRoom, 2 * _count));
            _room.AsSpan(0, _count).CopyTo(larger);
            GiveBack();
            _room = larger;
        }

        _room[_count++] = item;
    }

    /// <summary>What was gathered. Nothing is left.</summary>
    public T[] Take()
    {
        T[] items = _count == 0 ? [] : _room.AsSpan(0, _count).ToArray();
        GiveBack();
        this = default;
        return items;
    }

    private readonly void GiveBack()
    {
        if (_room is null)
        {
            return;
        }

        // Room keeps nothing alive.
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            _room.AsSpan(0, _count).Clear();
        }

        ArrayPool<T>.Shared.Return(_room);
    }
}
