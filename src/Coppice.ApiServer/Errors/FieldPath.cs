using System.Globalization;
using System.Text;

namespace Coppice.ApiServer.Errors;

/// <summary>
/// Where a field is, as in <c>spec.containers[0].ports[1].name</c> or <c>metadata.labels[key]</c>. Paths share their beginnings and
/// are only written out when there is an error to tell of.
/// </summary>
public sealed class FieldPath
{
    // Every object of a kind is looked through by the same paths: so many are remembered, whoever made up their names, and no long ones.
    private const int KnownMax = 4096;
    private const int KnownNameMax = 64;

    private static readonly FieldPath?[] Known = new FieldPath?[KnownMax];

    private readonly FieldPath? _parent;

    private readonly string _name;

    private readonly bool _isSubscript;

    private readonly uint _hash;

    // A path that is remembered holds those above it.
    private readonly bool _isShort;

    private FieldPath(FieldPath? parent, string name, bool isSubscript, uint hash)
    {
        _parent = parent;
        _name = name;
        _isSubscript = isSubscript;
        _hash = hash;
        _isShort = name.Length <= KnownNameMax && (parent is null || parent._isShort);
    }

    public static FieldPath Of(string name, params ReadOnlySpan<string> names) => Make(null, name, isSubscript: false).Child(names);

    public FieldPath Child(params ReadOnlySpan<string> names)
    {
        var path = this;
        foreach (var name in names)
        {
            path = Make(path, name, isSubscript: false);
        }

        return path;
    }

    /// <summary>An element of a list.</summary>
    public FieldPath Index(int index) => Make(this, index.ToString(CultureInfo.InvariantCulture), isSubscript: true);

    /// <summary>An entry of a map.</summary>
    public FieldPath Key(string key) => Make(this, key, isSubscript: true);

    /// <summary>The one that is remembered, if it is. Two threads may make one of the same name; each is as good.</summary>
    private static FieldPath Make(FieldPath? parent, string name, bool isSubscript)
    {
        var hash = HashOf(parent, name);
        ref var place = ref Known[hash % KnownMax];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known._parent, parent) && known._isSubscript == isSubscript && known._name == name)
        {
            return known;
        }

        var path = new FieldPath(parent, name, isSubscript, hash);
        if (path._isShort)
        {
            Volatile.Write(ref place, path);
        }

        return path;
    }

    /// <summary>Of the fields of one object hardly two have the same length, beginning, middle and end.</summary>
    private static uint HashOf(FieldPath? parent, string name)
    {
        var hash = parent?._hash ?? 0;
        if (name.Length > 0)
        {
            hash ^= (uint)name.Length | ((uint)name[0] << 8) | ((uint)name[name.Length / 2] << 16) | ((uint)name[^1] << 24);
        }

        hash *= 0x9E3779B1;
        return hash ^ (hash >> 15);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        _parent?.Write(text);
        // The path of the whole object has no name, and is written as Kubernetes writes it: [].
        if (_isSubscript || (_parent is null && _name.Length == 0))
        {
            text.Append('[').Append(_name).Append(']');
        }
        else
        {
            text.Append(_parent is null ? "" : ".").Append(_name);
        }
    }
}
