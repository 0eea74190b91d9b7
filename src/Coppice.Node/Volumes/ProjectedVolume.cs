using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>projected volumes: several sources in one directory, in memory, as there may be secrets and tokens among them.</summary>
internal sealed class ProjectedVolume : IVolumePlugin
{
    private const int OwnedTokenMode = 0x180; // 0600

    public string Source => "projected";

    public string DirectoryName => "projected";

    public bool IsReadOnly => true;

    public bool IsFollowed => true;

    public bool Owns(Volume volume) => volume.Projected is not null;

    public IEnumerable<VolumeObject> FilledFrom(Volume volume, string space)
    {
        foreach (var source in volume.Projected!.Sources)
        {
            if (source.ConfigMap is { } map)
            {
                yield return VolumeObject.OfMap(space, map.Name);
            }

            if (source.Secret is { } secret)
            {
                yield return VolumeObject.OfSecret(space, secret.Name);
            }
        }
    }

    public async ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop)
    {
        var projected = setup.Volume.Projected!;
        var content = new VolumeContent(setup.Pod, setup.Sources);
        foreach (var source in projected.Sources)
        {
            await AddAsync(content, source, projected.DefaultMode, setup, stop);
        }

        return FilledDirectory.WriteInMemory(setup, content.Files, directory => GiveTokens(setup, directory));
    }

    private static async ValueTask AddAsync(VolumeContent content, VolumeProjection source, int? mode, VolumeSetup setup, CancellationToken stop)
    {
        if (source.ConfigMap is { } map)
        {
            await content.AddMapAsync(map.Name, map.Items, mode, map.Optional);
        }
        else if (source.Secret is { } secret)
        {
            await content.AddSecretAsync(secret.Name, secret.Items, mode, secret.Optional);
        }
        else if (source.DownwardAPI is { } downward)
        {
            content.AddFields(downward.Items, mode);
        }
        else if (source.ServiceAccountToken is { } account)
        {
            var isOwned = setup.Pod.Spec.SecurityContext?.FsGroup is not null || VolumeOwnership.UserOf(setup.Pod) is not null;
            var token = await setup.Tokens.OfAsync(setup.Pod, setup.Volume.Name, account, setup.Sources, stop);
            content.Add(account.Path, Base64Data.FromText(token).Bytes, isOwned ? OwnedTokenMode : mode ?? VolumeContent.DefaultMode);
        }
        else
        {
            throw new ContainerConfigException("this node can project configMap, secret, downwardAPI and serviceAccountToken only");
        }
    }

    // To the one user of all containers, where there is one: nobody else reads them.
    private static void GiveTokens(VolumeSetup setup, string directory)
    {
        if (VolumeOwnership.UserOf(setup.Pod) is not { } user)
        {
            return;
        }

        foreach (var source in setup.Volume.Projected!.Sources)
        {
            if (source.ServiceAccountToken is { } token)
            {
                LinuxCalls.SetOwner(Path.Combine(directory, token.Path), user, null);
            }
        }
    }
}
