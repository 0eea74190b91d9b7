namespace Coppice.Node.ImageCollection;

/// <summary>When images that nobody uses are removed: as by the kubelet, unless it is told otherwise.</summary>
public sealed record ImageCollectionOptions
{
    /// <summary>How full the file system with the images is, in hundredths, when room is made on it.</summary>
    public int HighThresholdPercent { get; init; } = 85;

    /// <summary>How full it may be, in hundredths, when enough room was made.</summary>
    public int LowThresholdPercent { get; init; } = 80;

    /// <summary>How long an image has been known before it may go: one that came just now is for a container that is about to be made.</summary>
    public TimeSpan AgeMin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often it is looked.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(5);
}
