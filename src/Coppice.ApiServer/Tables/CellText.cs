using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tables;

/// <summary>The texts that several tables share.</summary>
internal static class CellText
{
    public const string None = "<none>";

    public const string Unset = "<unset>";

    public const string Unknown = "<unknown>";

    /// <summary>How many addresses or ports a cell names before it only counts them.</summary>
    private const int Shown = 3;

    private static readonly (string Mode, string Short)[] ShortModes =
    [
        (PersistentVolumeAccessMode.ReadWriteOnce, "RWO"),
        (PersistentVolumeAccessMode.ReadOnlyMany, "ROX"),
        (PersistentVolumeAccessMode.ReadWriteMany, "RWX"),
        (PersistentVolumeAccessMode.ReadWriteOncePod, "RWOP"),
    ];

    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string Labels(ValueMap<string> labels) => OrNone(string.Join(",", labels.Select(l => $"{l.Key}={l.Value}")));

    /// <summary>A selector as kubectl's -l would be given it, in the order of its keys.</summary>
    public static string Selector(LabelSelector? selector)
    {
        if (selector is null)
        {
            return None;
        }

        var requirements = selector.MatchLabels
            .Select(l => (l.Key, Text: $"{l.Key}={l.Value}"))
            .Concat(selector.MatchExpressions.Select(e => (e.Key, Text: Requirement(e))))
            .OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => r.Text);
        return OrNone(string.Join(",", requirements));
    }

    public static string ContainerNames(PodTemplateSpec? template) => string.Join(",", (template?.Spec.Containers ?? default).Select(c => c.Name));

    public static string ContainerImages(PodTemplateSpec? template) => string.Join(",", (template?.Spec.Containers ?? default).Select(c => c.Image));

    /// <summary>The first few, and how many more there are; what stands for none is the caller's.</summary>
    public static string Few(IReadOnlyList<string> texts, string none)
    {
        if (texts.Count == 0)
        {
            return none;
        }

        var shown = string.Join(",", texts.Take(Shown));
        return texts.Count > Shown ? $"{shown} + {texts.Count - Shown} more..." : shown;
    }

    /// <summary>How a volume may be mounted, in short.</summary>
    public static string AccessModes(ValueList<string> modes) => string.Join(",", ShortModes.Where(m => modes.Contains(m.Mode)).Select(m => m.Short));

    private static string Requirement(LabelSelectorRequirement requirement)
    {
        var values = string.Join(",", requirement.Values.Order(StringComparer.Ordinal));
        return requirement.Operator switch
        {
            LabelSelectorOperator.In => $"{requirement.Key} in ({values})",
            LabelSelectorOperator.NotIn => $"{requirement.Key} notin ({values})",
            LabelSelectorOperator.DoesNotExist => $"!{requirement.Key}",
            _ => requirement.Key,
        };
    }
}
