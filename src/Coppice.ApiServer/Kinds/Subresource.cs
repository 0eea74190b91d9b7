using Coppice.Objects;

namespace Coppice.ApiServer.Kinds;

/// <summary>What a further door of a resource leads to.</summary>
public enum Door
{
    /// <summary>A part of the object, or another kind's view of it, which is read and changed by itself.</summary>
    Part,

    /// <summary>Something that is done with the object.</summary>
    Action,

    /// <summary>What is behind the object: bytes both ways.</summary>
    Stream,
}

/// <summary>A further door of a resource, as in "pods/log".</summary>
/// <param name="Name">The part after the slash.</param>
/// <param name="Answers">What kind of object goes through it.</param>
/// <param name="Verbs">In alphabetical order, as clients print them.</param>
/// <param name="Schema">What its requests and answers look like; null where bytes are streamed.</param>
public sealed record Subresource(string Name, Door Door, KindName Answers, IReadOnlyList<string> Verbs, ObjectSchema? Schema)
{
    private static readonly string[] ReadAndChange = ["get", "patch", "update"];
    private static readonly string[] Create = ["create"];
    private static readonly string[] Connect = ["create", "get"];
    private static readonly string[] EveryMethod = ["create", "delete", "get", "patch", "update"];

    public static Subresource Status(Kind kind) => Part(kind, "status");

    public static Subresource Scale(Kind scale) => new("scale", Door.Part, KindName.Of(scale), ReadAndChange, scale.Schema);

    /// <summary>A part that is read and changed by itself.</summary>
    public static Subresource Part(Kind kind, string name) => new(name, Door.Part, KindName.Of(kind), ReadAndChange, kind.Schema);

    /// <summary>A part that is only replaced.</summary>
    public static Subresource Replaced(Kind kind, string name) => new(name, Door.Part, KindName.Of(kind), ["update"], kind.Schema);

    /// <summary>Something that is done by posting an object.</summary>
    public static Subresource Action(Kind request, string name) => new(name, Door.Action, KindName.Of(request), Create, request.Schema);

    public static Subresource Stream(Kind kind, string name, string options) =>
        new(name, Door.Stream, KindName.Of(kind) with { Kind = options }, Connect, null);

    public static Subresource Log(Kind kind) => new("log", Door.Stream, KindName.Of(kind), ["get"], null);

    /// <summary>The way through the API server to what serves HTTP.</summary>
    public static Subresource Proxy(Kind kind) =>
        new("proxy", Door.Stream, KindName.Of(kind) with { Kind = $"{kind.Name}ProxyOptions" }, EveryMethod, null);
}

/// <summary>The name by which a manifest calls a kind.</summary>
/// <param name="Group">Empty for the core group.</param>
public sealed record KindName(string Group, string Version, string Kind)
{
    public static KindName Of(Kind kind) => new(kind.Group, kind.Version, kind.Name);
}
