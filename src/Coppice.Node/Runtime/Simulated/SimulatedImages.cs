using System.Security.Cryptography;
using System.Text;
using Coppice.Node.Images;

namespace Coppice.Node.Runtime.Simulated;

/// <summary>A registry and a node's image store in memory. The registry is shared by publishing the same images to each node's.</summary>
public sealed class SimulatedImages(SimulatedOptions options, TimeProvider time, Random random) : IImageService
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, SimulatedImage> _published = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ImageRecord> _present = new(StringComparer.Ordinal);

    /// <summary>Faults of pulls.</summary>
    public RuntimeFault? Fault { get; set; }

    /// <summary>Puts an image into the registry; with <paramref name="onNode"/> on the node, too.</summary>
    public void Publish(SimulatedImage image, bool onNode = false)
    {
        lock (_gate)
        {
            var name = FullName(image.Name);
            _published[name] = image;
            if (onNode)
            {
                _present[name] = Record(name, image);
            }
        }
    }

    public ValueTask<ImageRecord?> FindAsync(string reference, CancellationToken stop)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(Locate(reference));
        }
    }

    public async ValueTask<ImageRecord> PullAsync(string reference, RegistryCredential? credential, CancellationToken stop)
    {
        await SimulatedTime.PassAsync(options.Pull, time, random, stop);
        if (Fault?.Invoke(RuntimeVerb.PullImage, reference) is { } fault)
        {
            throw fault;
        }

        lock (_gate)
        {
            var name = FullName(reference);
            if (!_published.TryGetValue(name, out var image))
            {
                throw new ImagePullException(ImagePullFailure.NotFound, $"failed to pull and unpack image \"{name}\": failed to resolve reference \"{name}\": {name}: not found");
            }

            return image.Password is null || image.Password == credential?.Password
                ? _present[name] = Record(name, image)
                : throw new ImagePullException(ImagePullFailure.Unauthorized, $"failed to pull and unpack image \"{name}\": 401 Unauthorized");
        }
    }

    public ValueTask<IReadOnlyList<ImageRecord>> ListAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<ImageRecord>>([.. _present.Values]);
        }
    }

    public ValueTask RemoveAsync(string imageId, CancellationToken stop)
    {
        lock (_gate)
        {
            foreach (var name in _present.Where(one => one.Value.Id == imageId).Select(one => one.Key).ToList())
            {
                _present.Remove(name);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The program and record of an image on the node, by name or id.</summary>
    internal (ImageRecord Record, SimulatedProgram Program)? Find(string reference)
    {
        lock (_gate)
        {
            return Locate(reference) is { } record && _published.TryGetValue(record.Tags[0], out var image) ? (record, image.Program) : null;
        }
    }

    private ImageRecord? Locate(string reference) =>
        _present.GetValueOrDefault(FullName(reference)) ?? _present.Values.FirstOrDefault(one => one.Id == reference);

    private static ImageRecord Record(string name, SimulatedImage image)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return new ImageRecord(digest, [name], [$"{name[..name.LastIndexOf(':')]}@{digest}"], image.SizeBytes, image.User);
    }

    private static string FullName(string reference) => ImageReference.TryParse(reference, out var full, out _) ? full.ToString() : reference;
}

internal static class SimulatedTime
{
    /// <summary>Lets about as much time pass: between half and one and a half of it.</summary>
    public static async ValueTask PassAsync(TimeSpan about, TimeProvider time, Random random, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (about == TimeSpan.Zero)
        {
            return;
        }

        double factor;
        lock (random)
        {
            factor = 0.5 + random.NextDouble();
        }

        await Task.Delay(about * factor, time, stop);
    }
}
