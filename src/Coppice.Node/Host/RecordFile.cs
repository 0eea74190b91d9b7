using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Coppice.Client;

namespace Coppice.Node.Host;

/// <summary>What the agent must still know when it begins anew, in a file of JSON that is whole or as it was before.</summary>
/// <param name="loss">What is lost without the file, for whoever has to choose.</param>
internal sealed class RecordFile<T>(string path, JsonTypeInfo<T> type, string loss)
{
    /// <param name="none">What there is if nothing was written yet.</param>
    /// <exception cref="IOException">It cannot be read, or is no such record.</exception>
    public T Read(T none)
    {
        if (!File.Exists(path))
        {
            return none;
        }

        try
        {
            using var content = File.OpenRead(path);
            return JsonSerializer.Deserialize(content, type) ?? none;
        }
        catch (JsonException damaged)
        {
            throw new IOException($"{path} is damaged: {damaged.Message} Bring it back from a copy, or remove it: {loss}.", damaged);
        }
    }

    /// <summary>When this returns, it is on the disk.</summary>
    public void Write(T value)
    {
        var next = path + ".new";
        OwnFiles.EnsureDirectory(Path.GetDirectoryName(path)!);
        using (var file = OwnFiles.CreatePrivate(next))
        {
            JsonSerializer.Serialize(file, value, type);
            file.Flush(flushToDisk: true);
        }

        LinuxCalls.Rename(next, path);
    }
}
