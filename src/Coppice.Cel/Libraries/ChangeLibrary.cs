using System.Collections;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>
/// What expressions make that change objects: <c>Object{spec: Object.spec{replicas: 3}}</c>, whose types are named by the paths of their
/// fields and have any fields; and <c>JSONPatch{op: "add", path: "/a", value: 1}</c>.
/// </summary>
public static class ChangeLibrary
{
    private const string ObjectName = "Object";

    private static readonly IReadOnlyDictionary<string, CelType> PatchFields = new Dictionary<string, CelType>(StringComparer.Ordinal)
    {
        ["op"] = CelType.String, ["path"] = CelType.String, ["from"] = CelType.String, ["value"] = CelType.Dyn,
    };

    private static readonly CelType Patch = CelType.Object("JSONPatch", static () => PatchFields);

    /// <summary>An object, or those fields of it that are to be set.</summary>
    public static readonly CelType Object = Make(ObjectName);

    /// <summary>A list of operations on the object's JSON.</summary>
    public static readonly CelType Patches = CelType.ListOf(Patch);

    internal static IEnumerable<Overload> Overloads =>
    [
        Global("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", [CelType.String], CelType.String, Escape),
    ];

    /// <summary>The type of this name, of which objects can be written; null if there is none.</summary>
    internal static CelType? Find(string name) =>
        name == Patch.Name ? Patch
        : name == ObjectName ? Object
        : name.StartsWith(ObjectName + ".", StringComparison.Ordinal) ? Make(name)
        : null;

    /// <summary>A type is named by the path of the field that its object stands in, which nothing has checked so far.</summary>
    /// <param name="value">An object that was made; anything else fits.</param>
    /// <returns>What does not fit, in Kubernetes' words; null if all does.</returns>
    public static string? FindMismatch(CelValue? value)
    {
        var found = new List<string>();
        if (value is MessageValue root)
        {
            Walk(root, root.TypeName, found);
        }

        return found.Count == 0 ? null : string.Join('\n', found);
    }

    private static void Walk(CelValue value, string path, List<string> found)
    {
        switch (value)
        {
            case MessageValue made:
                if (made.TypeName != path)
                {
                    found.Add($"unexpected type name \"{made.TypeName}\", expected \"{path}\", which matches field name path from root Object type");
                }

                foreach (var (name, field) in made.Fields)
                {
                    Walk(field, $"{path}.{name}", found);
                }

                break;
            case ListValue list:
                foreach (var element in list.Elements())
                {
                    Walk(element, path, found);
                }

                break;
            case MapValue map:
                foreach (var key in map.Keys)
                {
                    if (map.TryGet(key, out var entry))
                    {
                        Walk(entry, path, found);
                    }
                }

                break;
        }
    }

    private static CelType Make(string name) => CelType.Object(name, static () => AnyField.Instance);

    /// <summary>A step of a JSON pointer (RFC 6901).</summary>
    private static StringValue Escape(ReadOnlySpan<CelValue> a) =>
        new(((StringValue)a[0]).Value.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>Fields of every name, each of which may be anything.</summary>
    private sealed class AnyField : IReadOnlyDictionary<string, CelType>
    {
        public static readonly AnyField Instance = new();

        public int Count => 0;

        public IEnumerable<string> Keys => [];

        public IEnumerable<CelType> Values => [];

        public CelType this[string key] => CelType.Dyn;

        public bool ContainsKey(string key) => true;

        public bool TryGetValue(string key, out CelType value)
        {
            value = CelType.Dyn;
            return true;
        }

        public IEnumerator<KeyValuePair<string, CelType>> GetEnumerator() => Enumerable.Empty<KeyValuePair<string, CelType>>().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
