using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coppice.ExampleImages;

/// <summary>What a container of an image runs when its pod says nothing else.</summary>
public sealed record ImageProcess
{
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary><c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>TCP ports, for people only.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    public string StopSignal { get; init; } = "SIGTERM";

    /// <summary>Docker's own check, every second; Kubernetes knows nothing of it. Empty for none.</summary>
    public IReadOnlyList<string> HealthCheck { get; init; } = [];
}

/// <summary>An OCI image for linux/amd64: a manifest that names a configuration and layers.</summary>
public sealed record ContainerImage(ImageName Name, Blob Manifest, Blob Configuration, IReadOnlyList<Layer> Layers)
{
    private const string SearchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static ContainerImage Assemble(ImageName name, ImageProcess process, IReadOnlyList<Layer> layers)
    {
        var configuration = Blob.Of("application/vnd.oci.image.config.v1+json", Serialize(new JsonObject
        {
            ["created"] = "2020-01-01T00:00:00Z",
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = Configure(process),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Texts(layers.Select(layer => layer.DiffId)) },
        }));
        var manifest = Blob.Of("application/vnd.oci.image.manifest.v1+json", Serialize(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Describe(configuration),
            ["layers"] = new JsonArray([.. layers.Select(layer => Describe(layer.Packed))]),
        }));
        return new ContainerImage(name, manifest, configuration, layers);
    }

    /// <summary>The OCI descriptor of a blob.</summary>
    internal static JsonObject Describe(Blob blob) =>
        new() { ["mediaType"] = blob.MediaType, ["digest"] = blob.Digest, ["size"] = blob.Bytes.Length };

    internal static byte[] Serialize(JsonObject value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private static JsonObject Configure(ImageProcess process)
    {
        var configuration = new JsonObject
        {
            ["Entrypoint"] = Texts(process.Entrypoint),
            ["Cmd"] = Texts(process.Command),
            ["Env"] = Texts([SearchPath, .. process.Environment]),
            ["ExposedPorts"] = new JsonObject(process.Ports.Select(port => KeyValuePair.Create<string, JsonNode?>($"{port}/tcp", new JsonObject()))),
            ["WorkingDir"] = "/",
            ["StopSignal"] = process.StopSignal,
        };
        if (process.HealthCheck.Count > 0)
        {
            configuration["Healthcheck"] = new JsonObject { ["Test"] = Texts(process.HealthCheck), ["Interval"] = 1_000_000_000, ["Retries"] = 1 };
        }

        return configuration;
    }

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
