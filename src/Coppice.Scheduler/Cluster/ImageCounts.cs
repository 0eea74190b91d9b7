namespace Coppice.Scheduler;

/// <summary>How many nodes have an image.</summary>
/// <param name="Bytes">Its size, if it is the same on all of them.</param>
internal readonly record struct ImageCount(int Nodes, long? Bytes);

/// <summary>Which images how many nodes have. Those that none has are forgotten, or this would remember every image there ever was.</summary>
internal sealed class ImageCounts
{
    private readonly Dictionary<string, ImageCount> _counts = new(StringComparer.Ordinal);

    public ImageCount Of(string image) => _counts.GetValueOrDefault(image);

    /// <param name="sign">1 for a node that has them now, -1 for one that had.</param>
    public void Add(IReadOnlyDictionary<string, long> sizes, int sign)
    {
        foreach (var (image, bytes) in sizes)
        {
            var before = _counts.GetValueOrDefault(image, new(0, bytes));
            if (before.Nodes + sign == 0)
            {
                _counts.Remove(image);
            }
            else
            {
                _counts[image] = new(before.Nodes + sign, before.Bytes == bytes ? bytes : null);
            }
        }
    }
}
