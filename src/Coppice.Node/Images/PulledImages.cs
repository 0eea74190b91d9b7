using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Coppice.Node.Host;
using Coppice.Node.Runtime;

namespace Coppice.Node.Images;

/// <summary>
/// By whose leave images came onto this node: one that a registry gives to some only is used by who could pull it, too, though it is here
/// already. What nobody pulled here, as an image that was imported, is everybody's. In memory, and in a file, so that a restart forgets
/// nobody; it is written before a pull, so that what a crash left half recorded is not taken for imported.
/// </summary>
public sealed class PulledImages
{
    private const string Anybody = "*";

    private readonly RecordFile<PulledImagesRecord>? _file;
    private readonly Lock _gate = new();
    private PulledImagesRecord _known;

    /// <param name="file">Made with the first pull; null for memory alone.</param>
    public PulledImages(string? file = null)
    {
        _file = file is null ? null : new(file, PulledImagesJson.Default.PulledImagesRecord, "all images that are on this node are then for all of its pods");
        _known = _file?.Read(PulledImagesRecord.Empty) ?? PulledImagesRecord.Empty;
    }

    /// <summary>The ids of the images that were pulled here.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_gate)
            {
                return [.. _known.Pulled.Select(one => one.Image).Distinct()];
            }
        }
    }

    /// <summary>Whether an image that is here may be used without asking its registry again.</summary>
    /// <param name="credentials">Those of the pod that fit the registry.</param>
    public bool MayUse(ImageRecord image, ImageReference reference, IReadOnlyList<RegistryCredential> credentials)
    {
        lock (_gate)
        {
            var pulls = _known.Pulled.Where(one => one.Image == image.Id).ToList();
            // Some other repository may give it to whom this one would not.
            return pulls.Count == 0
                ? _known.Begun.All(one => one.Name != $"{reference}" || one.Before == image.Id)
                : pulls.Any(one => one.Repository == Repository(reference) && (one.Leave == Anybody || credentials.Any(credential => Fits(one, credential))));
        }
    }

    /// <summary>Whether an image was pulled here by each of its names, so that it can be again. One that was imported may be nowhere else.</summary>
    public bool CanBeHadAgain(ImageRecord image)
    {
        lock (_gate)
        {
            var repositories = _known.Pulled.Where(one => one.Image == image.Id).Select(one => one.Repository).ToHashSet(StringComparer.Ordinal);
            return repositories.Count > 0 && image.Tags.All(tag => ImageReference.TryParse(tag, out var reference, out _) && repositories.Contains(Repository(reference)));
        }
    }

    /// <summary>A pull begins; it is to be ended, or counts as one that nobody knows how it ended.</summary>
    /// <param name="before">The id of what is here by that name already; null for nothing.</param>
    public void Begin(ImageReference reference, string? before) => Change(known => known with { Begun = known.Begun.Add(new BegunPull($"{reference}", before)) });

    /// <param name="image">Null if it failed.</param>
    /// <param name="with">Null for a registry that asked for nothing.</param>
    public void End(ImageReference reference, ImageRecord? image, RegistryCredential? with) => Change(known => new PulledImagesRecord(
        image is null ? known.Pulled : known.Pulled.Add(new PulledImage(image.Id, Repository(reference), with is null ? Anybody : Leave(with), with?.Secret)),
        known.Begun.Except(known.Begun.Where(one => one.Name == $"{reference}"))));

    /// <summary>Forgets images that are not here any more.</summary>
    public void Forget(IReadOnlyCollection<string> ids)
    {
        if (ids.Count > 0)
        {
            Change(known => known with { Pulled = known.Pulled.Except(known.Pulled.Where(one => ids.Contains(one.Image))) });
        }
    }

    private static string Repository(ImageReference reference) => $"{reference.Registry}/{reference.Repository}";

    // What is in a secret may be renewed: whoever has the secret is still the same.
    private static bool Fits(PulledImage pull, RegistryCredential one) => pull.Leave == Leave(one) || (pull.Secret is { } secret && secret == one.Secret);

    // Nobody can log in with what is kept.
    private static string Leave(RegistryCredential one) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{one.Username}\0{one.Password}")));

    private void Change(Func<PulledImagesRecord, PulledImagesRecord> change)
    {
        lock (_gate)
        {
            var changed = change(_known);
            _file?.Write(changed);
            _known = changed;
        }
    }
}

/// <param name="Image">Its id.</param>
/// <param name="Repository">Where it was pulled from, without tag and digest.</param>
/// <param name="Leave">What stands for the credential, or a star for a registry that asked for none.</param>
/// <param name="Secret">The uid of the secret that it was in, if it was in one.</param>
internal sealed record PulledImage(string Image, string Repository, string Leave, string? Secret);

/// <param name="Before">The id of the image that the name was for.</param>
internal sealed record BegunPull(string Name, string? Before);

internal sealed record PulledImagesRecord(ImmutableHashSet<PulledImage> Pulled, ImmutableHashSet<BegunPull> Begun)
{
    public static readonly PulledImagesRecord Empty = new([], []);
}

[JsonSerializable(typeof(PulledImagesRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PulledImagesJson : JsonSerializerContext;
