namespace Coppice.Objects.Meta;

/// <summary>What a list says of itself.</summary>
public sealed partial record ListMeta
{
    /// <summary>The revision that the list was read at; a watch may go on from it.</summary>
    [Field(2)]
    public string? ResourceVersion { get; init; }

    /// <summary>Where the next page starts; absent on the last one.</summary>
    [Field(3)]
    public string? Continue { get; init; }

    /// <summary>How many items the pages after this one hold.</summary>
    [Field(4)]
    public long? RemainingItemCount { get; init; }
}
