using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <param name="Path">Relative to the volume.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record VolumeFile(string Path, ReadOnlyMemory<byte> Content, int Mode);

/// <summary>
/// Gathers the files of one volume from what the cluster knows. Asks, but writes nothing. What is missing, or has no place in a volume,
/// is a <see cref="ContainerConfigException"/> that says what.
/// </summary>
internal sealed class VolumeContent(Pod pod, PodVolumeSources sources)
{
    public const int DefaultMode = 0x1A4; // 0644

    private readonly Dictionary<string, VolumeFile> _files = new(StringComparer.Ordinal);

    /// <summary>What was added, by their paths.</summary>
    public IReadOnlyList<VolumeFile> Files => [.. _files.Values.OrderBy(one => one.Path, StringComparer.Ordinal)];

    private string Namespace => pod.Metadata.Namespace ?? "";

    public async ValueTask AddMapAsync(string? name, ValueList<KeyToPath> items, int? mode, bool? optional)
    {
        var map = await sources.ConfigMap(Namespace, name ?? "");
        if (map is null && optional != true)
        {
            throw new ContainerConfigException($"configmap \"{name}\" not found");
        }

        if (map is null)
        {
            return;
        }

        var data = map.Data.Select(one => KeyValuePair.Create(one.Key, Base64Data.FromText(one.Value))).Concat(map.BinaryData);
        AddItems(new ValueMap<Base64Data>(data), items, mode, optional == true, "configmap references non-existent config key");
    }

    public async ValueTask AddSecretAsync(string? name, ValueList<KeyToPath> items, int? mode, bool? optional)
    {
        var secret = await sources.Secret(Namespace, name ?? "");
        if (secret is null && optional != true)
        {
            throw new ContainerConfigException($"secret \"{name}\" not found");
        }

        if (secret is not null)
        {
            AddItems(secret.Data, items, mode, optional == true, "references non-existent secret key");
        }
    }

    public void AddFields(ValueList<DownwardAPIVolumeFile> items, int? mode)
    {
        foreach (var item in items)
        {
            var text = item.FieldRef is { } field ? PodFields.Value(pod, field.FieldPath, sources.Facts)
                : item.ResourceFieldRef is { } resource ? PodFields.Resource(pod, null, resource, sources.Facts) : "";
            Add(item.Path, Base64Data.FromText(text).Bytes, item.Mode ?? mode ?? DefaultMode);
        }
    }

    // The API server has refused paths that lead out of the volume; a node trusts nobody with the host's files.
    public void Add(string path, ReadOnlyMemory<byte> content, int mode)
    {
        if (path.Length == 0 || path[0] == '/' || path.Split('/').Any(part => part == "..") || path.StartsWith("..", StringComparison.Ordinal))
        {
            throw new ContainerConfigException($"invalid path: \"{path}\"");
        }

        _files[path] = new VolumeFile(path, content, mode);
    }

    private void AddItems(ValueMap<Base64Data> data, ValueList<KeyToPath> items, int? mode, bool optional, string missing)
    {
        if (items.IsEmpty)
        {
            foreach (var (key, value) in data)
            {
                Add(key, value.Bytes, mode ?? DefaultMode);
            }

            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value))
            {
                Add(item.Path, value.Bytes, item.Mode ?? mode ?? DefaultMode);
            }
            else if (!optional)
            {
                throw new ContainerConfigException($"{missing}: {item.Key}");
            }
        }
    }
}
