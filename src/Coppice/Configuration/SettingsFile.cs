using Coppice.Client;

namespace Coppice.Configuration;

/// <summary>A small file that each start of the server writes, and that the one before has mostly written already.</summary>
internal static class SettingsFile
{
    /// <summary>Replaces it, whole or not at all, readable for its owner only. What is already so is left.</summary>
    /// <returns>False if the disk would not take it, and what was there before stays.</returns>
    /// <exception cref="IOException">The disk would not take it, and there is none to go on with.</exception>
    public static bool Replace(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return true;
        }

        var beside = path + ".new";
        try
        {
            using (var stream = OwnFiles.CreatePrivate(beside))
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(beside);
            return false;
        }
    }
}
