using Coppice.Node.Host;

namespace Coppice.Node.Volumes;

/// <summary>Texts that containers leave in their volumes, read without following them out of there.</summary>
internal static class VolumeText
{
    /// <summary>As much as an object of the API may hold.</summary>
    private const int BytesMax = 1 << 20;

    /// <param name="path">In the volume.</param>
    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="IOException">It leads out of the volume, is no file, or too large.</exception>
    public static string? Read(string volume, string path)
    {
        try
        {
            using var root = LinuxFiles.Find(volume);
            using var part = LinuxFiles.FindBeneath(root, path);
            // Nothing else is opened: a pipe would keep us waiting.
            if (!LinuxFiles.IsFile(part))
            {
                throw new IOException($"{path} is not a file");
            }

            using var file = File.OpenHandle($"/proc/self/fd/{part.DangerousGetHandle()}");
            var bytes = new byte[BytesMax + 1];
            var (length, read) = (0, 0);
            do
            {
                read = RandomAccess.Read(file, bytes.AsSpan(length), length);
                length += read;
            }
            while (read > 0 && length <= BytesMax);
            return length <= BytesMax ? System.Text.Encoding.UTF8.GetString(bytes, 0, length) : throw new IOException($"{path} is larger than {BytesMax} bytes");
        }
        catch (LinuxFileException missing) when (missing.Error == LinuxFiles.Errors.Missing)
        {
            return null;
        }
    }
}
