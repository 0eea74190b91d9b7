namespace Coppice.Node.Volumes;

/// <summary>
/// Deletes a directory with all in it, but never through a mount or a link: what they lead to belongs to somebody else. The mount table
/// is no protection alone, for a mount can come between reading it and deleting.
/// </summary>
internal static class DirectoryRemoval
{
    /// <exception cref="IOException">Something is mounted in it; what is beside it may be gone.</exception>
    public static void Remove(string directory)
    {
        if (LinuxCalls.IsMountPoint(directory))
        {
            throw new IOException($"{directory} is a mount point; what is mounted there is not deleted");
        }

        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                Remove(entry.FullName);
            }
            else
            {
                File.Delete(entry.FullName);
            }
        }

        Directory.Delete(directory);
    }
}
