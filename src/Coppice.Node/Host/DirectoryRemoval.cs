using Microsoft.Win32.SafeHandles;

namespace Coppice.Node.Host;

/// <summary>
/// Deletes a directory with all in it, but never through a mount or a link: what they lead to belongs to somebody else. The mount table
/// is no protection alone, for a mount can come between reading it and deleting.
/// </summary>
/// <remarks>
/// What is deleted was a container's, which names files as it likes, puts directories into each other until no path is long enough, and
/// may change them meanwhile. So it is done by descriptors, with names as bytes, and a directory that is not empty is first moved to the
/// top: no depth is too deep.
/// </remarks>
public static class DirectoryRemoval
{
    /// <summary>Looks at the top, each of which takes a level of depth away. More there are not, unless somebody still puts things there.</summary>
    private const int LooksMax = 1_000_000;

    /// <exception cref="IOException">Something is mounted in it; what is beside it may be gone.</exception>
    public static void Remove(string directory)
    {
        if (LinuxCalls.IsMountPoint(directory))
        {
            throw new IOException($"{directory} is a mount point; what is mounted there is not deleted");
        }

        try
        {
            Empty(directory);
        }
        catch (LinuxFileException stays)
        {
            throw new IOException($"{directory} cannot be removed: {stays.Message}", stays);
        }

        Directory.Delete(directory);
    }

    /// <summary>Removes it if there is nothing in it.</summary>
    public static void RemoveEmpty(string directory)
    {
        try
        {
            Directory.Delete(directory);
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (IOException) when (Directory.EnumerateFileSystemEntries(directory).Any())
        {
        }
    }

    private static void Empty(string directory)
    {
        using var top = LinuxFiles.OpenDirectory(directory);
        long moved = 0;
        for (var looks = 0; Empty(top, top, ref moved) > 0; looks++)
        {
            if (looks == LooksMax)
            {
                throw new IOException($"{directory} is filled as fast as it is emptied");
            }

            LinuxFiles.Rewind(top);
        }
    }

    /// <summary>Deletes what is in a directory; directories in it that are not empty are moved to the top instead, and emptied there.</summary>
    /// <returns>How many names there were.</returns>
    private static int Empty(SafeFileHandle directory, SafeFileHandle top, ref long moved)
    {
        var seen = 0;
        while (LinuxFiles.ListSome(directory) is { Count: > 0 } names)
        {
            seen += names.Count;
            foreach (var name in names)
            {
                if (TryDelete(directory, name))
                {
                    continue;
                }

                if (directory == top)
                {
                    using var inner = LinuxFiles.OpenDirectory(top, name);
                    Empty(inner, top, ref moved);
                }
                else
                {
                    Move(directory, name, top, ref moved);
                }
            }
        }

        return seen;
    }

    /// <returns>False for a directory that is not empty.</returns>
    private static bool TryDelete(SafeFileHandle directory, byte[] name)
    {
        var error = LinuxFiles.TryDelete(directory, name, isDirectory: false);
        if (error is LinuxFiles.Errors.IsDirectory or LinuxFiles.Errors.NotPermitted)
        {
            error = LinuxFiles.TryDelete(directory, name, isDirectory: true);
        }

        return error switch
        {
            0 or LinuxFiles.Errors.Missing => true,
            LinuxFiles.Errors.NotEmpty or LinuxFiles.Errors.Exists => false,
            _ => throw LinuxFiles.Failure(LinuxFiles.Text(name), error),
        };
    }

    private static void Move(SafeFileHandle directory, byte[] name, SafeFileHandle top, ref long moved)
    {
        while (true)
        {
            var error = LinuxFiles.TryMove(directory, name, top, LinuxFiles.Bytes($"..removed-{moved++}"));
            // A directory of that name, left by a removal that was broken off, or made by the pod to be in the way.
            if (error is not (LinuxFiles.Errors.NotEmpty or LinuxFiles.Errors.Exists or LinuxFiles.Errors.NoDirectory))
            {
                if (error is not (0 or LinuxFiles.Errors.Missing))
                {
                    throw LinuxFiles.Failure(LinuxFiles.Text(name), error);
                }

                return;
            }
        }
    }
}
