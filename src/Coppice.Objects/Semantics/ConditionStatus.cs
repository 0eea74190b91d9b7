namespace Coppice.Objects;

/// <summary>Whether a condition holds: of pods, nodes and all others alike.</summary>
public static class ConditionStatus
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";
}
