namespace Coppice.Client;

/// <summary>The ways to say how an object is to change; each has a media type of its own.</summary>
public enum PatchType
{
    /// <summary>application/json-patch+json (RFC 6902): a list of operations.</summary>
    Json,

    /// <summary>application/merge-patch+json (RFC 7386): fields to set, null to remove; lists are replaced whole.</summary>
    Merge,

    /// <summary>application/strategic-merge-patch+json: as a merge patch, but lists are merged by the keys of their elements.</summary>
    StrategicMerge,
}
