using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <param name="Path">Relative to the volume.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record VolumeFile(string Path, ReadOnlyMemory<byte> Content, int Mode);

/// <summary>The files of one volume, from what the cluster knows. Asks, but writes nothing.</summary>
/// <param name="token">A valid token for a projection.</param>
internal sealed class VolumeContent(Pod pod, PodVolumeSources sources, Func<ServiceAccountTokenProjection, ValueTask<string>> token)
{
    public const int DefaultMode = 0x1A4; // 0644
    private const int OwnedTokenMode = 0x180; // 0600

    private readonly Dictionary<string, VolumeFile> _files = new(StringComparer.Ordinal);

    private string Namespace => pod.Metadata.Namespace ?? "";

    /// <summary>Null for a volume that is not made of files.</summary>
    /// <exception cref="ContainerConfigException">Something is missing; the message says what.</exception>
    public async ValueTask<IReadOnlyList<VolumeFile>?> OfAsync(Volume volume)
    {
        if (volume.ConfigMap is { } map)
        {
            await AddMapAsync(map.Name, map.Items, map.DefaultMode, map.Optional);
        }
        else if (volume.Secret is { } secret)
        {
            await AddSecretAsync(secret.SecretName, secret.Items, secret.DefaultMode, secret.Optional);
        }
        else if (volume.DownwardAPI is { } downward)
        {
            AddFields(downward.Items, downward.DefaultMode);
        }
        else if (volume.Projected is { } projected)
        {
            foreach (var source in projected.Sources)
            {
                await AddProjectionAsync(source, projected.DefaultMode);
            }
        }
        else
        {
            return null;
        }

        return [.. _files.Values.OrderBy(one => one.Path, StringComparer.Ordinal)];
    }

    private async ValueTask AddProjectionAsync(VolumeProjection source, int? mode)
    {
        if (source.ConfigMap is { } map)
        {
            await AddMapAsync(map.Name, map.Items, mode, map.Optional);
        }
        else if (source.Secret is { } secret)
        {
            await AddSecretAsync(secret.Name, secret.Items, mode, secret.Optional);
        }
        else if (source.DownwardAPI is { } downward)
        {
            AddFields(downward.Items, mode);
        }
        else if (source.ServiceAccountToken is { } account)
        {
            var owned = pod.Spec.SecurityContext?.FsGroup is not null || VolumeOwnership.UserOf(pod) is not null;
            Add(account.Path, Base64Data.FromText(await token(account)).Bytes, owned ? OwnedTokenMode : mode ?? DefaultMode);
        }
        else
        {
            throw new ContainerConfigException("this node can project configMap, secret, downwardAPI and serviceAccountToken only");
        }
    }

    private async ValueTask AddMapAsync(string? name, ValueList<KeyToPath> items, int? mode, bool? optional)
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

    private async ValueTask AddSecretAsync(string? name, ValueList<KeyToPath> items, int? mode, bool? optional)
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

    private void AddFields(ValueList<DownwardAPIVolumeFile> items, int? mode)
    {
        foreach (var item in items)
        {
            var text = item.FieldRef is { } field ? PodFields.Value(pod, field.FieldPath, sources.Facts)
                : item.ResourceFieldRef is { } resource ? PodFields.Resource(pod, null, resource, sources.Facts) : "";
            Add(item.Path, Base64Data.FromText(text).Bytes, item.Mode ?? mode ?? DefaultMode);
        }
    }

    // The API server has refused paths that lead out of the volume; a node trusts nobody with the host's files.
    private void Add(string path, ReadOnlyMemory<byte> content, int mode)
    {
        if (path.Length == 0 || path[0] == '/' || path.Split('/').Any(part => part == "..") || path.StartsWith("..", StringComparison.Ordinal))
        {
            throw new ContainerConfigException($"invalid path: \"{path}\"");
        }

        _files[path] = new VolumeFile(path, content, mode);
    }
}
