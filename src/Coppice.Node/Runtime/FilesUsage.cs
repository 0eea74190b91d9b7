namespace Coppice.Node.Runtime;

/// <summary>What files take of a disk.</summary>
public readonly record struct FilesUsage(long Bytes, long Files)
{
    public long In(DiskUnit unit) => unit == DiskUnit.Bytes ? Bytes : Files;

    /// <summary>Of the files in a directory, without those of directories in it; nothing where there is none.</summary>
    public static FilesUsage Of(string? directory)
    {
        var (bytes, files) = (0L, 0L);
        try
        {
            foreach (var file in new DirectoryInfo(directory ?? "/nowhere").EnumerateFiles())
            {
                (bytes, files) = (bytes + file.Length, files + 1);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Being rotated, or removed.
        }

        return new FilesUsage(bytes, files);
    }
}
