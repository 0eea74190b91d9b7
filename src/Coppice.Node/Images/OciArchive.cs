using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Coppice.Node.Images;

/// <summary>A file, folder or link in an image.</summary>
/// <param name="Path">Absolute; folders end in a slash.</param>
/// <param name="LinkTarget">For a symbolic link.</param>
public sealed record ImageFile(string Path, ReadOnlyMemory<byte> Content, int Mode = 0b111_101_101, string? LinkTarget = null);

/// <summary>A small image, made here: one layer and its configuration.</summary>
/// <param name="Name">Full name with registry and tag.</param>
public sealed record ImageRecipe(string Name, IReadOnlyList<ImageFile> Files)
{
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public string User { get; init; } = "";

    public string WorkingDirectory { get; init; } = "/";

    public IReadOnlyList<int> ExposedPorts { get; init; } = [];
}

/// <summary>
/// Writes an image as an OCI layout in a tar file, which docker, containerd and registry tools read. The same recipe gives the
/// same bytes, hence the same digest, everywhere.
/// </summary>
public static class OciArchive
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigurationType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";

    public static void Write(Stream target, ImageRecipe recipe)
    {
        var layer = Tar(recipe.Files);
        var packed = Compress(layer);
        var configuration = Json(Configuration(recipe, Digest(layer)));
        var manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(ConfigurationType, configuration),
            ["layers"] = new JsonArray(Descriptor(LayerType, packed)),
        });
        var entry = Descriptor(ManifestType, manifest);
        // The first is containerd's own key; with it the name needs no base.
        entry["annotations"] = new JsonObject { ["io.containerd.image.name"] = recipe.Name, ["org.opencontainers.image.ref.name"] = Tag(recipe.Name) };

        using var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        Add(tar, "oci-layout", Json(new JsonObject { ["imageLayoutVersion"] = "1.0.0" }));
        Add(tar, "index.json", Json(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }));
        foreach (var blob in (byte[][])[packed, configuration, manifest])
        {
            Add(tar, "blobs/sha256/" + Digest(blob)["sha256:".Length..], blob);
        }
    }

    private static JsonObject Configuration(ImageRecipe recipe, string layerDigest)
    {
        var process = new JsonObject
        {
            ["Entrypoint"] = Strings(recipe.Entrypoint),
            ["Cmd"] = Strings(recipe.Command),
            ["Env"] = Strings(recipe.Environment),
            ["User"] = recipe.User,
            ["WorkingDir"] = recipe.WorkingDirectory,
        };
        if (recipe.ExposedPorts.Count > 0)
        {
            process["ExposedPorts"] = new JsonObject(recipe.ExposedPorts.Select(port => KeyValuePair.Create<string, JsonNode?>($"{port}/tcp", new JsonObject())));
        }

        return new JsonObject
        {
            ["architecture"] = Architecture(),
            ["os"] = "linux",
            ["config"] = process,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layerDigest) },
        };
    }

    private static string Architecture() => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    private static byte[] Tar(IReadOnlyList<ImageFile> files)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in files)
            {
                var type = file.LinkTarget is not null ? TarEntryType.SymbolicLink : file.Path.EndsWith('/') ? TarEntryType.Directory : TarEntryType.RegularFile;
                var entry = new PaxTarEntry(type, file.Path.TrimStart('/')) { Mode = (UnixFileMode)file.Mode, ModificationTime = DateTimeOffset.UnixEpoch };
                if (file.LinkTarget is not null)
                {
                    entry.LinkName = file.LinkTarget;
                }

                if (type == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(file.Content.ToArray());
                }

                tar.WriteEntry(entry);
            }
        }

        return buffer.ToArray();
    }

    private static byte[] Compress(byte[] layer)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(layer);
        }

        return buffer.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });

    private static JsonObject Descriptor(string type, byte[] blob) => new() { ["mediaType"] = type, ["digest"] = Digest(blob), ["size"] = blob.Length };

    private static JsonArray Strings(IReadOnlyList<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static string Digest(byte[] blob) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));

    private static string Tag(string name) => ImageReference.Parse(name).Tag ?? "latest";

    private static byte[] Json(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}
