using System.Globalization;
using System.Text;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>
/// Where a reader is in a text. Steps are cheap to take; the place is written out only for an error, in one of two ways: with
/// indexes for unknown fields, and as Go does for wrong types, with fields alone.
/// </summary>
internal sealed class FieldTrail
{
    private readonly List<Step> _steps = [];

    public void Enter(FieldSchema field) => _steps.Add(new Step(field, null, 0));

    public void EnterKey(string key) => _steps.Add(new Step(null, key, 0));

    public void EnterIndex(int index) => _steps.Add(new Step(null, null, index));

    public void Leave() => _steps.RemoveAt(_steps.Count - 1);

    /// <summary>As in "spec.containers[0].foo".</summary>
    public string Child(string name)
    {
        var text = new StringBuilder();
        foreach (var step in _steps)
        {
            var part = step.Field?.JsonName ?? step.Key;
            _ = part is null
                ? text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]")
                : text.Append(text.Length == 0 ? "" : ".").Append(part);
        }

        return text.Append(text.Length == 0 ? "" : ".").Append(name).ToString();
    }

    /// <summary>As in "Go struct field Container.spec.containers.image", or "Go value" outside of any field.</summary>
    public string GoField()
    {
        var fields = _steps.Where(s => s.Field is not null).Select(s => s.Field!).ToList();
        return fields.Count == 0
            ? "Go value"
            : $"Go struct field {fields[^1].Owner}.{string.Join('.', fields.Select(f => f.JsonName))}";
    }

    private readonly record struct Step(FieldSchema? Field, string? Key, int Index);
}
