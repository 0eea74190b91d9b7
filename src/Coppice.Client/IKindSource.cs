using Coppice.Objects;

namespace Coppice.Client;

/// <summary>The kinds that the API keeps objects of, which may change while everything runs.</summary>
public interface IKindSource
{
    /// <summary>As of now, in the order of discovery; replaced whole.</summary>
    IReadOnlyList<Kind> Current { get; }

    /// <summary>There is another <see cref="Current"/>. Raised on any thread; whoever hears it only notes that it must look.</summary>
    event Action? Changed;
}

/// <summary>Kinds that stay as they are.</summary>
public sealed class FixedKinds(IReadOnlyList<Kind> kinds) : IKindSource
{
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>Those that every cluster has.</summary>
    public static FixedKinds BuiltIn { get; } = new(BuiltInKinds.All);

    public IReadOnlyList<Kind> Current => kinds;
}
