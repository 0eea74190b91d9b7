using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Coppice.ExampleImages;

/// <summary>
/// Several images in one file: a tar archive of an OCI image layout (image-layout.md of the OCI image specification, 1.0), with the
/// full name of each image in containerd's annotation, as <c>ctr images import</c> and <c>coppice image import</c> read it.
/// </summary>
public static class ImageArchive
{
    public static void Write(Stream output, IReadOnlyList<ContainerImage> images)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        Add(tar, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray());
        Add(tar, "index.json", ContainerImage.Serialize(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = new JsonArray([.. images.Select(Reference)]),
        }));
        var blobs = images.SelectMany(image => image.Layers.Select(layer => layer.Packed).Append(image.Configuration).Append(image.Manifest));
        foreach (var blob in blobs.DistinctBy(blob => blob.Digest))
        {
            Add(tar, $"blobs/{blob.Digest.Replace(':', '/')}", blob.Bytes);
        }
    }

    private static JsonObject Reference(ContainerImage image)
    {
        var reference = ContainerImage.Describe(image.Manifest);
        reference["annotations"] = new JsonObject
        {
            ["io.containerd.image.name"] = image.Name.ToString(),
            ["org.opencontainers.image.ref.name"] = image.Name.Tag,
        };
        reference["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        return reference;
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            ModificationTime = DateTimeOffset.UnixEpoch,
        });
}
