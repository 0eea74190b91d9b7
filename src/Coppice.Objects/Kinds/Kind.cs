using System.Diagnostics.CodeAnalysis;

namespace Coppice.Objects;

/// <summary>
/// A kind of object in one version: as clients name it (group, version, name), and as it stands in a URL (group, version, resource).
/// Kinds are data: the built-in ones (<see cref="BuiltInKinds"/>) hold records, those made at run time hold <see cref="CustomObject"/>s,
/// and whoever works on a kind need not know which. Two are the same if they are the same instance.
/// </summary>
public sealed class Kind
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    /// <summary>As in an object's "kind" field.</summary>
    public required string Name { get; init; }

    /// <summary>The plural, as in a URL.</summary>
    public required string Resource { get; init; }

    public string Singular { get => field ?? Name.ToLowerInvariant(); init; }

    /// <summary>As in the "kind" field of a list of them.</summary>
    [AllowNull]
    public string ListName { get => field ?? $"{Name}List"; init; }

    public bool Namespaced { get; init; } = true;

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>What clients are warned of, as in "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"; else null.</summary>
    public string? Deprecated { get; init; }

    /// <summary>What its objects look like. Of records it is read off them when somebody asks: a node has to do with a dozen kinds of all.</summary>
    [AllowNull]
    public ObjectSchema Schema { get => field ??= RecordSchemas.Of(Format.Record ?? throw new InvalidOperationException($"the kind {this} has no schema")); init; }

    /// <summary>How its objects are read.</summary>
    public required IObjectFormat Format { get; init; }

    /// <summary>The kind that its objects are kept as: another version of the same, or this one.</summary>
    [AllowNull]
    public Kind Stored { get => field ?? this; init; }

    /// <summary>Between the versions of the kind; null where objects are stored in this one alone.</summary>
    public IConversion? Conversion { get; init; }

    /// <summary>It was made at run time, and its objects are <see cref="CustomObject"/>s.</summary>
    public bool IsCustom => Schema.IsCustom || Format is CustomFormat;

    public string ApiVersion => field ??= Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As in messages: "pods", "deployments.apps".</summary>
    public string QualifiedResource => field ??= Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public override string ToString() => $"{ApiVersion} {Name}";
}

/// <summary>How the objects of a kind are read from JSON.</summary>
public interface IObjectFormat
{
    /// <exception cref="System.Text.Json.JsonException">The text is not JSON, or not of this shape.</exception>
    KubernetesObject Read(ReadOnlySpan<byte> json);

    /// <summary>The same, and tells of the fields that it leaves out.</summary>
    KubernetesObject Read(ReadOnlySpan<byte> json, List<string> dropped) => Read(json);

    /// <summary>Reads a text that holds nothing but what the kind's schema has, each once, and no nulls. Null where there is more to say of it.</summary>
    KubernetesObject? ReadPlain(ReadOnlySpan<byte> json) => null;

    /// <summary>What is read may not be what stands there: fields are left out and filled in by a schema, and the schema may change.</summary>
    bool Rewrites => false;

    /// <summary>The record that its objects are; null where they are none of ours.</summary>
    Type? Record => null;

    /// <summary>The schema whose fields have numbers in protobuf; null for objects that have no such encoding.</summary>
    ObjectSchema? Numbered => null;
}

/// <summary>Objects that are records of ours.</summary>
public sealed class RecordFormat<T> : IObjectFormat
    where T : KubernetesObject, IJsonReadable<T>
{
    private readonly Lazy<ObjectSchema?> _numbered = new(() => typeof(T).IsDefined(typeof(JsonOnlyAttribute), false) ? null : RecordSchemas.Of<T>());

    public Type Record => typeof(T);

    public ObjectSchema? Numbered => _numbered.Value;

    public KubernetesObject Read(ReadOnlySpan<byte> json) => ApiJson.ReadRecord<T>(json);

    public KubernetesObject? ReadPlain(ReadOnlySpan<byte> json) => ApiJson.ReadPlain<T>(json);
}

/// <summary>Turns objects of one version of a kind into those of another; nothing is lost either way.</summary>
public interface IConversion
{
    /// <param name="items">Of any versions.</param>
    /// <param name="apiVersion">What they are wanted in; those that are in it already come back as they are.</param>
    /// <returns>As many, in the same order.</returns>
    ValueTask<IReadOnlyList<KubernetesObject>> ConvertAsync(IReadOnlyList<KubernetesObject> items, string apiVersion, CancellationToken stop);
}
