using System.Globalization;
using System.Text;

namespace Coppice.ApiServer.Errors;

/// <summary>
/// Where a field is, as in <c>spec.containers[0].ports[1].name</c> or <c>metadata.labels[key]</c>. Paths share their beginnings and
/// are only written out when there is an error to tell of.
/// </summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;

    private readonly string _name;

    private readonly bool _isSubscript;

    private FieldPath(FieldPath? parent, string name, bool isSubscript)
    {
        _parent = parent;
        _name = name;
        _isSubscript = isSubscript;
    }

    public static FieldPath Of(string name, params ReadOnlySpan<string> names) => new FieldPath(null, name, isSubscript: false).Child(names);

    public FieldPath Child(params ReadOnlySpan<string> names)
    {
        var path = this;
        foreach (var name in names)
        {
            path = new FieldPath(path, name, isSubscript: false);
        }

        return path;
    }

    /// <summary>An element of a list.</summary>
    public FieldPath Index(int index) => new(this, index.ToString(CultureInfo.InvariantCulture), isSubscript: true);

    /// <summary>An entry of a map.</summary>
    public FieldPath Key(string key) => new(this, key, isSubscript: true);

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
