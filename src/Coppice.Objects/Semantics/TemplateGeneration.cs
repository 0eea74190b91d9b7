using System.Globalization;
using Coppice.Objects.Apps;

namespace Coppice.Objects;

/// <summary>
/// How often the template of a DaemonSet has been another: a field that only the forerunners of apps/v1 had. kubectl and older controllers
/// still read where it is now.
/// </summary>
public static class TemplateGeneration
{
    /// <summary>Where a DaemonSet has it.</summary>
    public const string Annotation = "deprecated.daemonset.template.generation";

    /// <summary>Where its pods have it.</summary>
    public const string Label = "pod-template-generation";

    /// <returns>Null if there is none, or no number.</returns>
    public static long? Of(DaemonSet item) =>
        long.TryParse(item.Metadata.Annotations.Find(Annotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation) ? generation : null;

    public static string Write(long generation) => generation.ToString(CultureInfo.InvariantCulture);
}
