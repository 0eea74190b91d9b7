using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// Answers what the objects of the API look like: OpenAPI version 2 as a whole, version 3 a group and version at a time. A document is
/// made at its first request and kept compressed, as nearly every client takes it; for one that does not, it is unpacked.
/// </summary>
/// <param name="groups">As <see cref="ServedGroups.Of"/> makes them.</param>
/// <param name="others">What others serve. Who has it in version 3 is asked for that itself; here is only said where it is.</param>
/// <param name="written">What was written for the documents before these.</param>
internal sealed class OpenApiDocuments(IReadOnlyList<ServedGroup> groups, IReadOnlyList<OtherDescription> others, WrittenDescriptions written)
{
    private const string Version2Path = "/openapi/v2";
    private const string Version3Path = "/openapi/v3";
    private const string Json = "application/json";
    private const string Protobuf2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private const string Protobuf3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

    public static readonly IReadOnlyList<string> Paths = [Version2Path, Version3Path, $"{Version3Path}/"];

    // One definition changes, and the others stay.
    private static readonly ConditionalWeakTable<JSONSchemaProps, string> DefinitionHashes = [];

    private static readonly string Build = $"{typeof(KubernetesObject).Assembly.ManifestModule.ModuleVersionId}{typeof(OpenApiDocuments).Assembly.ManifestModule.ModuleVersionId}";

    // Each version that is described here, with the hash of how it looks.
    private readonly Dictionary<ServedVersion, string> _own = groups.SelectMany(g => g.Versions).ToDictionary(version => version, HashOf);

    // Many clients ask at once after a change: one of them makes it, and the others wait for that.
    private readonly ConcurrentDictionary<(string Path, string ContentType), Lazy<byte[]>> _compressed = new();

    /// <summary>The document at a path, or null when there is none.</summary>
    /// <param name="path">As in the request, without the query.</param>
    /// <param name="hash">The query's "hash", as the index gives it; null where it is absent.</param>
    /// <param name="accept">The request's Accept header.</param>
    /// <param name="acceptEncoding">The request's Accept-Encoding header.</param>
    /// <exception cref="ApiError">NotAcceptable, without a word: the client takes no form of it.</exception>
    public ServedDocument? Find(string path, string? hash, string? accept, string? acceptEncoding)
    {
        path = path.TrimEnd('/');
        if (path == Version3Path)
        {
            return new(Index(), Json) { ETag = $"\"{WholeHash}\"" };
        }

        if (path == Version2Path)
        {
            return Form(accept, Protobuf2) == Json
                ? Answer(path, Json, WholeHash, Whole, acceptEncoding)
                : Answer(path, Protobuf2, WholeHash, () => OpenApiV2Protobuf.Write(Whole()), acceptEncoding);
        }

        return path.StartsWith(Version3Path, StringComparison.Ordinal) && path[Version3Path.Length..] is var root && Version(root) is { } version
            ? OfVersion(root, version, hash, Form(accept, Protobuf3), acceptEncoding)
            : null;
    }

    /// <summary>One version; whoever asks by the hash of another description is told by which to ask.</summary>
    private ServedDocument OfVersion(string root, Func<ApiDescription> version, string? hash, string form, string? acceptEncoding)
    {
        var current = Hashes[root];
        if (!string.IsNullOrEmpty(hash) && hash != current)
        {
            return new([], form) { ETag = $"\"{current}\"", Location = Address(root) };
        }

        byte[] Write() => form == Json ? OpenApiV3Json.Write(version()) : OpenApiV3Protobuf.Write(OpenApiV3Json.Write(version()));
        return Answer($"{Version3Path}{root}", form, current, Write, acceptEncoding) with { Immutable = hash == current };
    }

    // Of each version by where its resources are: what clients keep of one stays good while others change.
    private SortedDictionary<string, string> Hashes => field ??= HashesOf(_own, others);

    private string WholeHash => field ??= Hash(string.Concat(Hashes.Values));

    private byte[] Whole()
    {
        // The built-in kinds are made of each other, so they are one part; what was defined is a part by itself.
        var (custom, builtIn) = (_own.Keys.Where(version => version.IsCustom), _own.Keys.Where(version => !version.IsCustom).ToList());
        (string Hash, Func<ApiDescription> Part)[] parts =
        [
            (string.Concat(builtIn.Select(version => _own[version])), () => Describe(builtIn)),
            .. custom.Select(version => (_own[version], (Func<ApiDescription>)(() => Describe([version])))),
            .. others.Select(other => (Hashes[other.Root], (Func<ApiDescription>)(() => other.Version2))),
        ];
        written.Keep(parts.Select(part => part.Hash));
        return OpenApiV2Json.Write([.. parts.Select(part => written.Of(part.Hash, part.Part))]);
    }

    private ApiDescription Describe(IReadOnlyList<ServedVersion> versions) => ApiDescription.Of(versions, _own.Keys);

    /// <summary>What is told here of one version; null where nothing is.</summary>
    private Func<ApiDescription>? Version(string root) =>
        others.FirstOrDefault(other => other.Root == root) is { } other ? () => other.Version2
        : _own.Keys.FirstOrDefault(version => version.Root == root) is { } version ? () => Describe([version])
        : null;

    private ServedDocument Answer(string path, string contentType, string hash, Func<byte[]> write, string? acceptEncoding)
    {
        var compressed = _compressed.GetOrAdd((path, contentType), _ => new(() => Compress(write()))).Value;
        var gzip = AcceptHeader.TakesGzip(acceptEncoding);
        return new(gzip ? compressed : Decompress(compressed), contentType)
        {
            ContentEncoding = gzip ? "gzip" : null,
            ETag = $"\"{hash}{(gzip ? "-gzip" : "")}\"",
        };
    }

    /// <summary>Where the version 3 documents are. Each address names the hash, so that clients may keep what they got.</summary>
    private byte[] Index() => JsonDocumentWriter.Write(json =>
    {
        json.WriteStartObject("paths");
        var own = _own.Keys.Select(version => version.Root).Except(others.Select(other => other.Root)).Select(root => (Root: root, Url: (string?)null));
        foreach (var (root, url) in own.Concat(others.Select(other => (other.Root, other.Version3))))
        {
            json.WriteStartObject(root[1..]);
            json.WriteString("serverRelativeURL", url ?? Address(root));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private string Address(string root) => $"{Version3Path}{root}?hash={Hashes[root]}";

    /// <summary>The content type that a client wants most. Older ones ask for protobuf with an "@" where later ones, minding what a media type may hold, write a dot.</summary>
    private static string Form(string? accept, string protobuf)
    {
        if (string.IsNullOrEmpty(accept))
        {
            return Json;
        }

        var older = protobuf.Replace(".v1.0", "@v1.0", StringComparison.Ordinal);
        foreach (var wish in AcceptHeader.Wishes(accept))
        {
            if (wish.Takes(Json))
            {
                return Json;
            }

            if (wish.Takes(protobuf) || wish.Takes(older))
            {
                return protobuf;
            }
        }

        throw ApiErrors.NotAcceptableDocument(Json, protobuf);
    }

    /// <summary>
    /// The documents follow from the types and the code that writes them, so their builds' identities stand for the content, with the
    /// schemas of what was defined since: the index can name a hash before any document is made.
    /// </summary>
    private static SortedDictionary<string, string> HashesOf(Dictionary<ServedVersion, string> own, IReadOnlyList<OtherDescription> others)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (version, hash) in own)
        {
            hashes[version.Root] = hash;
        }

        foreach (var other in others)
        {
            hashes[other.Root] = Hash($"{Build}{other.Root} {other.Version3} {other.Tag}");
        }

        return hashes;
    }

    private static string HashOf(ServedVersion version) => Hash($"{Build}{version.Root}{string.Join(',', version.Resources.Select(IdentityOf))}");

    private static string IdentityOf(ServedResource resource) => resource.Schema.Origin is not JSONSchemaProps definition ? resource.Name
        : $"{resource.Name} {resource.Kind.Kind} {resource.ListName} {resource.Namespaced} {string.Join(' ', resource.Subresources.Select(one => one.Name))} {DefinitionHashes.GetValue(definition, HashOf)}";

    private static string Hash(string identity) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));

    private static string HashOf(JSONSchemaProps definition) => Convert.ToHexString(SHA256.HashData(ApiJson.Write(definition)));

    private static byte[] Compress(byte[] document)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(document);
        }

        return compressed.ToArray();
    }

    private static byte[] Decompress(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var document = new MemoryStream();
        gzip.CopyTo(document);
        return document.ToArray();
    }
}
