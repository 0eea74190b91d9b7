namespace Coppice.Cel.Rules;

/// <summary>Where in an object we are; written out only if there is something to tell.</summary>
internal sealed class RulePath
{
    public static readonly RulePath Root = new(null, "");

    private readonly RulePath? _parent;

    private readonly object _step;

    private readonly bool _isKey;

    private RulePath(RulePath? parent, object step, bool isKey = false)
    {
        _parent = parent;
        _step = step;
        _isKey = isKey;
    }

    public RulePath Field(string name) => new(this, name);

    public RulePath Key(string name) => new(this, name, isKey: true);

    public RulePath Index(int index) => new(this, index, isKey: true);

    /// <param name="below">As in ".a.b"; empty for here.</param>
    public string Show(string below = "") => $"{this}{below}" is { Length: > 0 } path ? path.TrimStart('.') : "<nil>";

    public override string ToString() => _parent is null ? "" : _isKey ? $"{_parent}[{_step}]" : $"{_parent}.{_step}";
}
