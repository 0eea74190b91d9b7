using System.Globalization;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.PodSecurity;

/// <summary>How much a pod may do on its node, from everything to hardly anything.</summary>
internal enum SecurityLevel
{
    Privileged,
    Baseline,
    Restricted,
}

/// <summary>A level as it was in a version of Kubernetes.</summary>
/// <param name="Minor">The version's second number; the newest for "latest".</param>
internal readonly record struct SecurityStandard(SecurityLevel Level, int Minor)
{
    public const int Latest = int.MaxValue;

    public static readonly SecurityStandard Default = new(SecurityLevel.Privileged, Latest);

    /// <summary>As in messages: "restricted:latest".</summary>
    public override string ToString() =>
        $"{Level.ToString().ToLowerInvariant()}:{(Minor == Latest ? "latest" : string.Create(CultureInfo.InvariantCulture, $"v1.{Minor}"))}";
}

/// <summary>What the labels of a namespace ask of its pods: what is refused, what is noted for the audit, what is warned of.</summary>
internal sealed record PodSecurityPolicy(SecurityStandard Enforce, SecurityStandard Audit, SecurityStandard Warn)
{
    private const string Prefix = "pod-security.kubernetes.io/";

    private static readonly PodSecurityPolicy Default = new(SecurityStandard.Default, SecurityStandard.Default, SecurityStandard.Default);

    private static readonly FieldPath LabelsPath = FieldPath.Of("metadata", "labels");

    /// <summary>Nobody is told anything, whatever a pod does.</summary>
    public bool AllowsAll => Enforce.Level == SecurityLevel.Privileged && TellsNothing;

    public bool TellsNothing => Audit.Level == SecurityLevel.Privileged && Warn.Level == SecurityLevel.Privileged;

    /// <param name="errors">
    /// What is wrong with the labels. A level that is none is taken for the strictest where it is enforced, and for none where it only
    /// tells; a version that is none for the latest.
    /// </param>
    public static PodSecurityPolicy Of(ValueMap<string> labels, out Findings<FieldError> errors)
    {
        errors = Findings<FieldError>.None;
        if (!labels.Any(label => label.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return Default;
        }

        var enforce = Read(labels, "enforce", SecurityLevel.Restricted, ref errors);
        var audit = Read(labels, "audit", SecurityLevel.Privileged, ref errors);
        var warn = Read(labels, "warn", SecurityLevel.Privileged, ref errors);
        return new(enforce, audit, warn);
    }

    private static SecurityStandard Read(ValueMap<string> labels, string mode, SecurityLevel otherwise, ref Findings<FieldError> errors)
    {
        var (level, minor) = (SecurityLevel.Privileged, SecurityStandard.Latest);
        var (levelKey, versionKey) = (Prefix + mode, $"{Prefix}{mode}-version");
        if (labels.TryGetValue(levelKey, out var name))
        {
            level = name switch
            {
                "privileged" => SecurityLevel.Privileged,
                "baseline" => SecurityLevel.Baseline,
                "restricted" => SecurityLevel.Restricted,
                _ => Wrong(levelKey, name, "must be one of privileged, baseline, restricted", otherwise, ref errors),
            };
        }

        if (labels.TryGetValue(versionKey, out var version) && version != "latest")
        {
            minor = ReadMinor(version) ?? Wrong(versionKey, version, "must be \"latest\" or \"v1.x\"", SecurityStandard.Latest, ref errors);
        }

        return new(level, minor);
    }

    private static T Wrong<T>(string label, string value, string rule, T otherwise, ref Findings<FieldError> errors)
    {
        errors.Add(FieldError.Invalid(LabelsPath.Key(label), value, rule));
        return otherwise;
    }

    private static int? ReadMinor(string version)
    {
        var digits = version.StartsWith("v1.", StringComparison.Ordinal) ? version[3..] : "";
        var isPlain = digits.Length > 0 && digits.All(char.IsAsciiDigit) && (digits.Length == 1 || digits[0] != '0');
        return isPlain && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null;
    }
}
